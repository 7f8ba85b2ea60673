namespace RingShm.Tests.Waiting;

/// <summary>Bytes through a ring as a stream: all of them, in order, to the end, whatever the pieces.</summary>
public sealed class StreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly RingOptions Options = new() { CapacityBytes = 512, MaxMessageBytes = 100, WaitStrategy = RegionBells.LongSleep };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_bytes_arrive_in_order_and_then_the_stream_ends(bool isAsynchronous)
    {
        byte[] sent = new byte[50_000];
        new Random(5).NextBytes(sent);
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        Stream writer = ring.AttachWriteStream();
        await using Stream reader = ring.AttachReadStream();
        Task writing = Task.Run(async () =>
        {
            Random lengths = new(6);
            for (int at = 0; at < sent.Length;)
            {
                int length = Math.Min(lengths.Next(0, 300), sent.Length - at);
                if (isAsynchronous)
                    await writer.WriteAsync(sent.AsMemory(at, length));
                else
                    writer.Write(sent, at, length);
                at += length;
            }

            await writer.FlushAsync();
            await writer.DisposeAsync();
        }, TestContext.Current.CancellationToken);
        using MemoryStream got = new();
        byte[] piece = new byte[37];
        int read;
        while ((read = isAsynchronous
            ? await reader.ReadAsync(piece, TestContext.Current.CancellationToken)
            : reader.Read(piece, 0, piece.Length)) > 0)
            got.Write(piece, 0, read);
        await writing.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(sent, got.ToArray());
        Assert.True(ring.IsCompleted);
    }

    [Fact]
    public async Task An_empty_message_ends_nothing_and_a_read_can_be_cancelled()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using SpscProducer producer = ring.AttachProducer();
        await using Stream reader = ring.AttachReadStream();
        Assert.True(producer.TryWrite([]));
        Assert.True(producer.TryWrite("a"u8));
        byte[] one = new byte[1];
        Assert.Equal(1, await reader.ReadAsync(one, TestContext.Current.CancellationToken));
        Assert.Equal((byte)'a', one[0]);
        Assert.Equal(0, await reader.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken));
        using CancellationTokenSource source = new();
        Task<int> read = reader.ReadAsync(one, source.Token).AsTask();
        await source.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_ends_go_one_way_and_have_no_place()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using Stream reader = ring.AttachReadStream();
        Stream writer = ring.AttachWriteStream();
        Assert.Equal((true, false, false), (reader.CanRead, reader.CanWrite, reader.CanSeek));
        Assert.Equal((false, true, false), (writer.CanRead, writer.CanWrite, writer.CanSeek));
        Assert.Throws<NotSupportedException>(() => reader.Write(new byte[1], 0, 1));
        Assert.Throws<NotSupportedException>(() => _ = writer.Read(new byte[1], 0, 1));
        Assert.Throws<NotSupportedException>(() => writer.Position);
        Assert.Throws<NotSupportedException>(() => reader.Length);
        Assert.Throws<NotSupportedException>(() => reader.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => reader.SetLength(0));
        writer.Dispose();
        writer.Dispose();
        Assert.Equal(0, reader.Read(new byte[1], 0, 1));
        Assert.Throws<ObjectDisposedException>(() => writer.Write(new byte[1], 0, 1));
    }
}
