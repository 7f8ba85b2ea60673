using System.Buffers.Binary;
using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>Damages a state cell where it hurts: the current word, owner words, pins, versions and lengths.</summary>
internal sealed class StateMutator(Random random, RingGeometry geometry)
{
    public (int Offset, byte[] Bytes) Patch(long trouble)
    {
        long value = random.Next(3) == 0 ? trouble : random.NextInt64(-2, 20);
        long buffer = geometry.DataOffset + (geometry.GranuleBytes * random.NextInt64(geometry.GranuleCount));
        return random.Next(6) switch
        {
            0 => ((int)geometry.ControlOffset + StateLayout.CurrentOffset, Word(Current(value))),
            1 => (OwnerWord(random.NextInt64(geometry.GranuleCount)), Word(value)),
            2 => (RowWord(StateRowLayout.PinOffset), Word((random.NextInt64(4) << 16) | (random.NextInt64(geometry.GranuleCount + 2) << 2) | random.NextInt64(4))),
            3 => (RowWord(random.Next(2) == 0 ? RowLayout.OwnerOffset : RowLayout.RoleOffset), Word(value)),
            4 => ((int)buffer + StateBufferLayout.VersionOffset, Word(value)),
            _ => ((int)buffer + StateBufferLayout.LengthOffset, Word(random.Next(2) == 0 ? value : geometry.MaxMessageBytes + random.NextInt64(-1, 2))),
        };
    }

    /// <summary>Every buffer claimed by somebody, so that a writer finds none.</summary>
    public (int Offset, byte[] Bytes) Endless()
    {
        byte[] bytes = new byte[geometry.GranuleCount * StateLayout.OwnerBytes];
        for (int i = 0; i < geometry.GranuleCount; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * StateLayout.OwnerBytes), random.NextInt64(1, geometry.RowCount + 3));
        return (OwnerWord(0), bytes);
    }

    /// <summary>A version and a buffer that are right, nearly right, or not there.</summary>
    private long Current(long value) => random.Next(2) == 0
        ? StateWord.Current(Math.Abs(value % 30), random.Next((int)geometry.GranuleCount + 2))
        : StateWord.Current(StateWord.MaxVersion - random.Next(2), random.Next((int)geometry.GranuleCount));

    private int OwnerWord(long buffer) => (int)(geometry.WordsOffset + (buffer * StateLayout.OwnerBytes));

    private int RowWord(int offset) => (int)geometry.RowsOffset + (random.Next(geometry.RowCount) * geometry.RowStrideBytes) + offset;

    private static byte[] Word(long value) => BitConverter.GetBytes(value);
}
