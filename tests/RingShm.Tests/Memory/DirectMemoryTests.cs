using RingShm.Memory;

namespace RingShm.Tests.Memory;

public sealed unsafe class DirectMemoryTests
{
    [Fact]
    public void A_copy_in_of_any_length_writes_its_bytes_and_no_other()
    {
        byte[] source = [.. Enumerable.Range(1, 300).Select(i => (byte)i)];
        byte[] destination = new byte[400];
        for (int length = 0; length <= source.Length; length++)
        {
            for (int start = 40; start < 48; start++)
            {
                destination.AsSpan().Fill(0xCC);
                fixed (byte* at = destination)
                    DirectMemory.CopyIn(at + start, source.AsSpan(0, length), Edge.S2);
                Assert.Equal(source.AsSpan(0, length), destination.AsSpan(start, length));
                Assert.False(destination.AsSpan(0, start).ContainsAnyExcept((byte)0xCC), $"{length} bytes: written before the start");
                Assert.False(destination.AsSpan(start + length).ContainsAnyExcept((byte)0xCC), $"{length} bytes: written behind the end");
            }
        }
    }

    [Fact]
    public void A_copy_in_reads_no_byte_behind_its_source()
    {
        // The source ends where readable memory ends, so one byte too many would end the process.
        using GuardedPage page = new();
        byte* destination = stackalloc byte[300];
        for (int length = 0; length <= 300; length++)
            DirectMemory.CopyIn(destination, new ReadOnlySpan<byte>(page.End - length, length), Edge.S2);
    }

    [Fact]
    public void A_copy_out_of_any_length_reads_its_bytes()
    {
        byte[] source = [.. Enumerable.Range(1, 300).Select(i => (byte)i)];
        for (int length = 0; length <= source.Length; length++)
        {
            byte[] destination = new byte[length];
            fixed (byte* at = source)
                DirectMemory.CopyOut(at, destination, Edge.S5);
            Assert.Equal(source[..length], destination);
        }
    }

    [Fact]
    public void Words_and_values_come_back_as_they_were_stored()
    {
        long* word = stackalloc long[2];
        DirectMemory.Store(word, 1, Edge.S1);
        Assert.Equal(1, DirectMemory.Load(word, Edge.S14));
        DirectMemory.StoreRelease(word, long.MinValue, Edge.S3);
        Assert.Equal(long.MinValue, DirectMemory.LoadAcquire(word, Edge.S4));
        Assert.Equal(long.MinValue, DirectMemory.CompareExchange(word, 5, 4, Edge.P2));
        Assert.Equal(long.MinValue, *word);
        Assert.Equal(long.MinValue, DirectMemory.CompareExchange(word, 5, long.MinValue, Edge.P2));
        Assert.Equal(5, *word);
        byte* unaligned = (byte*)word + 3;
        DirectMemory.Write(unaligned, 123.5, Edge.S2);
        Assert.Equal(123.5, DirectMemory.Read<double>(unaligned, Edge.S5));
    }

    [Fact]
    public void Values_of_every_size_come_back_whole_and_touch_nothing_else()
    {
        AssertRoundTrip<Bytes16>();
        AssertRoundTrip<Bytes17>();
        AssertRoundTrip<Bytes24>();
        AssertRoundTrip<Bytes31>();
        AssertRoundTrip<Bytes33>();
        AssertRoundTrip<Bytes48>();
        AssertRoundTrip<Bytes57>();
        AssertRoundTrip<Bytes64>();
        AssertRoundTrip<Bytes65>();
        AssertRoundTrip<Bytes200>();
    }

    private static void AssertRoundTrip<T>()
        where T : unmanaged
    {
        byte[] source = [.. Enumerable.Range(1, sizeof(T)).Select(i => (byte)i)];
        byte[] ring = new byte[sizeof(T) + 16];
        ring.AsSpan().Fill(0xCC);
        fixed (byte* at = ring)
        {
            DirectMemory.Write(at + 8, System.Runtime.InteropServices.MemoryMarshal.Read<T>(source), Edge.S2);
            Assert.Equal(source, ring.AsSpan(8, sizeof(T)));
            Assert.False(ring.AsSpan(0, 8).ContainsAnyExcept((byte)0xCC), $"{sizeof(T)} bytes: written before the start");
            Assert.False(ring.AsSpan(8 + sizeof(T)).ContainsAnyExcept((byte)0xCC), $"{sizeof(T)} bytes: written behind the end");
            T[] read = new T[3];
            DirectMemory.Read(at + 8, out read[1], Edge.S5);
            byte[] bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(read.AsSpan()).ToArray();
            Assert.Equal(source, bytes.AsSpan(sizeof(T), sizeof(T)));
            Assert.Equal(new byte[sizeof(T)], bytes[..sizeof(T)]);
            Assert.Equal(new byte[sizeof(T)], bytes[(2 * sizeof(T))..]);
        }
    }

    [System.Runtime.CompilerServices.InlineArray(16)]
    private struct Bytes16
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(17)]
    private struct Bytes17
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(24)]
    private struct Bytes24
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(31)]
    private struct Bytes31
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(33)]
    private struct Bytes33
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(48)]
    private struct Bytes48
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(57)]
    private struct Bytes57
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(64)]
    private struct Bytes64
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(65)]
    private struct Bytes65
    {
        private byte _first;
    }

    [System.Runtime.CompilerServices.InlineArray(200)]
    private struct Bytes200
    {
        private byte _first;
    }
}
