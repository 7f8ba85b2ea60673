using System.Buffers.Binary;
using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Damages an MPMC region where it hurts: slot words that are nearly right, rows' intervals, marks, owners and roles, positions,
/// record headers.
/// </summary>
internal sealed class MpmcMutator(Random random, RingGeometry geometry)
{
    public (int Offset, byte[] Bytes) Patch(long trouble)
    {
        switch (random.Next(6))
        {
            case 0:
                return (RowWord(), Word(random.Next(3) == 0 ? trouble : NearPosition()));
            case 1:
                return (ControlWord(), Word(random.Next(3) == 0 ? trouble : NearPosition()));
            case 2:
                long record = geometry.DataOffset + (geometry.GranuleBytes * random.NextInt64(geometry.GranuleCount));
                int header = (int)record + (geometry.HasInlineWords ? MpmcLayout.WordBytes : 0);
                return (header, Word(MpmcLayout.EncodeRecord((int)trouble, random.Next())));
            default:
                return (OffsetOfWord(random.NextInt64(geometry.GranuleCount)), Word(random.Next(8) == 0 ? trouble : HostileWord()));
        }
    }

    /// <summary>Every word published, returned, skipped or owned, of one lap or its neighbours.</summary>
    public (int Offset, byte[] Bytes) EndlessWords(ReadOnlySpan<byte> image)
    {
        int start = OffsetOfWord(0);
        int end = OffsetOfWord(geometry.GranuleCount - 1) + MpmcLayout.WordBytes;
        byte[] bytes = image[start..end].ToArray();
        SlotState state = (SlotState)random.Next(1, 6);
        bool isMixed = random.Next(2) == 0;
        uint lap = (uint)random.Next(4);
        for (long index = 0; index < geometry.GranuleCount; index++)
        {
            long word = isMixed ? HostileWord() : Compose(state, random.Next(1, 3), random.Next(geometry.RowCount), lap);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(OffsetOfWord(index) - start), word);
        }

        return (start, bytes);
    }

    /// <summary>A state, known or not; a length, a row and a lap that are right, nearly right, or from the future.</summary>
    private long HostileWord()
    {
        int granules = random.Next(4) == 0 ? random.Next(1 << 16) : random.Next(6);
        int row = random.Next(4) == 0 ? random.Next(1 << 13) : random.Next(geometry.RowCount);
        uint lap = random.Next(6) == 0 ? (uint)random.NextInt64(1L << 32) : (uint)random.Next(16);
        return Compose((SlotState)random.Next(8), granules, row, lap);
    }

    private static long Compose(SlotState state, int granules, int row, uint lap) =>
        (MpmcWord.Reading(lap, granules, row) & ~7L) | (long)state;

    private long NearPosition() => random.NextInt64(-2, (geometry.GranuleCount * 4) + 2);

    private int ControlWord()
    {
        int[] words =
        [
            MpmcLayout.ProducerPositionOffset, MpmcLayout.ConsumerPositionOffset, MpmcLayout.AttentionOffset,
            MpmcLayout.ProducerPositionOffset, MpmcLayout.ConsumerPositionOffset, MpmcLayout.CompletedOffset,
            MpmcLayout.ClaimsRecoveredOffset, MpmcLayout.LeasesRecoveredOffset, MpmcLayout.MessagesDroppedOffset, MpmcLayout.RowsSweptOffset,
        ];
        return (int)geometry.ControlOffset + words[random.Next(words.Length)];
    }

    private int RowWord()
    {
        int[] words =
        [
            RowLayout.OwnerOffset, RowLayout.RoleOffset, RowLayout.IntervalStartOffset, RowLayout.IntervalEndOffset, RowLayout.IntervalStartOffset,
            RowLayout.IntervalEndOffset, RowLayout.MarksOffset, RowLayout.MessagesWrittenOffset, RowLayout.MessagesReadOffset,
        ];
        return (int)geometry.RowsOffset + (random.Next(geometry.RowCount) * geometry.RowStrideBytes) + words[random.Next(words.Length)];
    }

    private int OffsetOfWord(long index) => (int)(geometry.HasInlineWords
        ? geometry.DataOffset + (index * geometry.GranuleBytes)
        : geometry.WordsOffset + (index * MpmcLayout.WordBytes));

    private static byte[] Word(long value) => BitConverter.GetBytes(value);
}
