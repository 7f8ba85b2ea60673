using RingShm.Layout;

namespace RingShm.Tests.Mpmc;

/// <summary>Damage that was planted in a ring at rest is found, each piece by a line of its own.</summary>
public sealed class VerifyTests
{
    private const long Producer = 0x1080;
    private const long Consumer = 0x1100;

    /// <summary>Offsets of the row of the attached producer.</summary>
    private const long Row = 0x2100;

    private static readonly RingGeometry Geometry = RingGeometry.ForMpmc(1024, 300, 0, 4, 0);

    [Fact]
    public void A_ring_in_any_honest_state_is_clean()
    {
        using Damaged ring = new();
        RingVerification verified = Ring.Verify(ring.Path);
        Assert.Empty(verified.Problems);
        // One that is leased, one that was returned, two that wait.
        Assert.Equal(4, verified.MessagesInRing);
    }

    [Fact]
    public void Positions_that_contradict_each_other_are_found()
    {
        foreach ((long offset, long value) in new[] { (Producer, -1L), (Producer, 1L), (Producer, 40L), (Consumer, 12L), (Consumer, -5L), (Producer, long.MaxValue) })
        {
            using Damaged ring = new();
            ring.Write(offset, value);
            Assert.Contains(Ring.Verify(ring.Path).Problems, problem => problem.Contains("positions are", StringComparison.Ordinal) && problem.Contains($"{value}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_word_that_does_not_belong_there_is_found_with_its_place()
    {
        (long Position, long Word, string Problem)[] damages =
        [
            (6, MpmcWord.Full(1, 1), "0x0000000100000009"),
            (6, MpmcWord.Full(0, 9), "position 6"),
            (6, MpmcWord.Reading(0, 1, 3), "position 6"),
            (6, MpmcWord.Writing(0, 1, 5), "names row 5"),
            (6, MpmcWord.Free(0), "claimed, and no participant"),
            (7, 7L, "position 7"),
            (9, MpmcWord.Full(0, 1), "position 9"),
            (0, MpmcWord.Full(0, 1), "was taken, and no participant"),
            (0, MpmcWord.Reading(0, 1, 5), "names row 5"),
            (0, MpmcWord.Writing(0, 1, 2), "position 0"),
            (0, MpmcWord.Returned(0, 0), "position 0"),
            (0, MpmcWord.Free(2), "position 0"),
            (14, MpmcWord.Full(0, 1), "position 14"),
        ];
        foreach ((long position, long word, string problem) in damages)
        {
            using Damaged ring = new();
            ring.Write(Geometry.WordsOffset + (8 * position), word);
            IReadOnlyList<string> problems = Ring.Verify(ring.Path).Problems;
            Assert.True(problems.Any(line => line.Contains(problem, StringComparison.Ordinal)), $"{position}: 0x{word:X}: {string.Join("; ", problems)}");
        }
    }

    [Fact]
    public void A_record_and_a_row_that_make_no_sense_are_found()
    {
        using Damaged ring = new();
        ring.Write(Geometry.DataOffset + (6 * 64), 57);
        ring.Write(Row + 0x58, -3);
        ring.Write(Row + 0x50, -4);
        IReadOnlyList<string> problems = Ring.Verify(ring.Path).Problems;
        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, problem => problem.Contains("position 6 has 57 bytes in 1 granules", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("counts -3 messages written", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("counts -4 marks", StringComparison.Ordinal));
    }

    [Fact]
    public void A_ring_full_of_damage_is_reported_in_a_few_lines()
    {
        using Damaged ring = new();
        for (int position = 0; position < 16; position++)
            ring.Write(Geometry.WordsOffset + (8 * position), 6);
        for (int row = 0; row < 6; row++)
        {
            for (int word = 0x50; word < 0x78; word += 8)
                ring.Write(0x2000 + (row * 128) + word, -1);
        }

        Assert.InRange(Ring.Verify(ring.Path).Problems.Count, 10, 20);
    }

    /// <summary>0 released, 1 to 3 leased, 4 returned, 5 skipped, 6 and 7 waiting in one granule and three; 10 to 15 never used.</summary>
    private sealed class Damaged : IDisposable
    {
        private readonly TestFolder _folder = new();
        private readonly MpmcRing _ring;
        private readonly MpmcConsumer _consumer;

        public Damaged()
        {
            _ring = MpmcRing.Create(Path, new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, MaxParticipants = 4 });
            MpmcProducer producer = _ring.AttachProducer();
            _consumer = _ring.AttachConsumer();
            using MpmcConsumer other = _ring.AttachConsumer();
            foreach (int length in new[] { 0, 150, 1 })
                Assert.True(producer.TryWrite(new byte[length]));
            Assert.True(producer.TryClaim(1, out Claim claim));
            claim.Dispose();
            foreach (int length in new[] { 2, 150 })
                Assert.True(producer.TryWrite(new byte[length]));
            MpmcPair.Next(other);
            Assert.True(_consumer.TryRead(out _));
            Assert.Equal(0, other.TryReadBatch(static (in Message _, int _) => { }, static (_, _) => 0, 0, 1));
        }

        public string Path => _folder.File();

        public void Write(long offset, long value) => FileBytes.Write(Path, offset, BitConverter.GetBytes(value));

        public void Dispose()
        {
            _ring.Dispose();
            _folder.Dispose();
        }
    }
}
