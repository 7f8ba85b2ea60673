using RingShm.Layout;

namespace RingShm.Tests.Broadcast;

/// <summary>Whatever the words are: an exception that says what is wrong, or an answer; no access outside, no endless loop.</summary>
public sealed unsafe class CorruptRingTests
{
    private static readonly long[] Values = [-1, 0, 1, 3, 7, 17, 1000, 1L << 40, (1L << 62) + 1, long.MaxValue, long.MinValue, 0x0000_0001_0000_0009, 0x0000_0000_0000_0079];

    [Theory]
    [InlineData(48, 0)]
    [InlineData(300, 0)]
    [InlineData(300, 8)]
    [InlineData(300, 16)]
    public void Hostile_words_end_in_an_answer_or_in_an_exception_that_names_them(int max, int flags)
    {
        Random random = new(max + flags);
        int thrown = 0;
        for (int round = 0; round < 1000; round++)
        {
            using BroadcastStage stage = new(maxMessageBytes: max, flags: flags);
            var writer = stage.Writer(out MpmcRow writerRow);
            var reader = stage.Reader(out MpmcRow readerRow);
            for (int i = 0; i < random.Next(40); i++)
            {
                writer.TryWrite(new byte[random.Next(max)], i);
                if (random.Next(2) == 0)
                    Try(() => BroadcastStage.Drain(ref reader));
            }

            if (random.Next(3) == 0)
                stage.Kill(writerRow);
            for (int hits = 1 + random.Next(3); hits > 0; hits--)
                *AnyWord(stage, writerRow, readerRow, random) = Values[random.Next(Values.Length)] + random.Next(2);
            for (int i = 0; i < 12; i++)
            {
                switch (random.Next(5))
                {
                    case 0:
                        thrown += Try(() => writer.TryWrite(new byte[random.Next(max)], i));
                        break;
                    case 1:
                        thrown += Try(() => BroadcastStage.Drain(ref reader));
                        break;
                    case 2:
                        thrown += Try(() => reader.LookForTheDead(stage.Kernel) | writer.LookForTheDead(stage.Kernel));
                        break;
                    case 3:
                        thrown += Try(() => reader.IsDrained() | reader.IsWorthTrying() | reader.IsHeldUp() | writer.IsWorthTrying());
                        break;
                    default:
                        thrown += Try(() => stage.Reader(out _, (ReaderStart)random.Next(3), ReaderResume.Newest));
                        break;
                }
            }
        }

        Assert.True(thrown > 100, $"{thrown} exceptions: the words do not matter");
    }

    [Fact]
    public void A_cursor_ahead_of_the_writers_holds_nobody_and_is_reported()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 48 });
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        Assert.Empty(Ring.Verify(region.Name).Problems);
        RingRegion other = new(new RingShm.Mapping.RegionRequest(region.Name, RingShm.Mapping.RegionMode.Open, new RingOptions(), RingKind.Broadcast, 0));
        BroadcastMap map = new(other.Base, other.Header.Geometry);
        *map.Row(MpmcLayout.FirstSharedRow + 1).Cursor = 1000;
        Assert.Contains("reader is at position 999", Assert.Single(Ring.Verify(region.Name).Problems));
        other.ReleaseReference();
        for (int i = 0; i < 100; i++)
            Assert.True(writer.TryWrite([1]));
    }

    private static long* AnyWord(BroadcastStage stage, in MpmcRow writer, in MpmcRow reader, Random random) => random.Next(8) switch
    {
        0 => stage.Map.RetainedStep,
        1 => stage.Map.RetainedPosition(random.Next(2)),
        2 => stage.Map.RetainedMessages(random.Next(2)),
        3 => stage.Map.WriterPosition,
        4 => random.Next(2) == 0 ? reader.Cursor : reader.Evicted,
        5 => random.Next(2) == 0 ? writer.IntervalStart : writer.Marks,
        _ => stage.Map.Slots.WordAt(random.Next(100)),
    };

    private static int Try(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (RingException)
        {
            return 1;
        }
    }

    private static int Try<T>(Func<T> action) => Try(() => { action(); });
}
