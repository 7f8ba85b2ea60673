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
}
