using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace RingShm.Tests.Waiting;

/// <summary>A ring's streams under the two ends of a pipeline, as code that parses bytes uses them.</summary>
public sealed class PipeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly RingOptions Options = new() { CapacityBytes = 512, MaxMessageBytes = 100, WaitStrategy = RegionBells.LongSleep };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_arrive_whole_however_the_bytes_were_cut_and_completing_the_writer_completes_the_reader()
    {
        string[] lines = [.. Enumerable.Range(0, 2000).Select(static i => new string((char)('a' + (i % 26)), i % 150))];
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        PipeWriter writer = PipeWriter.Create(ring.AttachWriteStream());
        PipeReader reader = PipeReader.Create(ring.AttachReadStream());
        Task writing = Task.Run(async () =>
        {
            foreach (string line in lines)
            {
                writer.Write(Encoding.ASCII.GetBytes(line + "\n"));
                _ = await writer.FlushAsync(Token);
            }

            await writer.CompleteAsync();
        }, Token);
        List<string> got = [];
        ReadResult result;
        do
        {
            result = await reader.ReadAsync(Token).AsTask().WaitAsync(Patience, Token);
            ReadOnlySequence<byte> rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                got.Add(Encoding.ASCII.GetString(rest.Slice(0, end)));
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
        while (!result.IsCompleted);
        await reader.CompleteAsync();
        await writing.WaitAsync(Patience, Token);
        Assert.Equal(lines, got);
        Assert.True(ring.IsCompleted);
        Assert.Empty(ring.GetInfo().Participants);
    }

    [Fact]
    public async Task A_flush_into_a_full_ring_waits_until_the_reader_has_made_room()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using RegionBells bells = new(region.Name, RingKind.Spsc);
        PipeWriter writer = PipeWriter.Create(ring.AttachWriteStream());
        PipeReader reader = PipeReader.Create(ring.AttachReadStream());
        byte[] sent = [.. Enumerable.Range(0, 2000).Select(static i => (byte)i)];
        writer.Write(sent);
        Task<FlushResult> flush = writer.FlushAsync(Token).AsTask();
        await Task.Run(() => bells.UntilWritersSleep(), Token).WaitAsync(Patience, Token);
        Assert.False(flush.IsCompleted);
        long atFull = ring.GetInfo().MessagesWritten;
        Assert.InRange(atFull, 1, sent.Length / 100);
        ReadResult result = await reader.ReadAtLeastAsync(sent.Length, Token).AsTask().WaitAsync(Patience, Token);
        Assert.Equal(sent, result.Buffer.ToArray());
        reader.AdvanceTo(result.Buffer.End);
        Assert.False((await flush.WaitAsync(Patience, Token)).IsCompleted);
        await writer.CompleteAsync();
        Assert.True((await reader.ReadAsync(Token).AsTask().WaitAsync(Patience, Token)).IsCompleted);
        await reader.CompleteAsync();
    }

    [Fact]
    public async Task Pending_reads_and_flushes_can_be_cancelled_and_the_pipe_goes_on()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using RegionBells bells = new(region.Name, RingKind.Spsc);
        PipeWriter writer = PipeWriter.Create(ring.AttachWriteStream());
        PipeReader reader = PipeReader.Create(ring.AttachReadStream());
        Task<ReadResult> read = reader.ReadAsync(Token).AsTask();
        await Task.Run(() => bells.UntilReadersSleep(), Token).WaitAsync(Patience, Token);
        reader.CancelPendingRead();
        Assert.True((await read.WaitAsync(Patience, Token)).IsCanceled);
        using CancellationTokenSource source = new();
        read = reader.ReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Patience, Token));
        writer.Write("on"u8);
        _ = await writer.FlushAsync(Token);
        ReadResult result = await reader.ReadAtLeastAsync(2, Token).AsTask().WaitAsync(Patience, Token);
        Assert.Equal("on"u8, result.Buffer.ToArray());
        reader.AdvanceTo(result.Buffer.End);
        await reader.CompleteAsync();
        await writer.CompleteAsync();
    }

    /// <summary>The ring stays: a reader that gives up is followed by another, which goes on with the next message.</summary>
    [Fact]
    public async Task Completing_the_reader_frees_its_role_and_another_goes_on()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        PipeWriter writer = PipeWriter.Create(ring.AttachWriteStream());
        writer.Write("first"u8);
        _ = await writer.FlushAsync(Token);
        PipeReader first = PipeReader.Create(ring.AttachReadStream());
        ReadResult result = await first.ReadAtLeastAsync(5, Token).AsTask().WaitAsync(Patience, Token);
        first.AdvanceTo(result.Buffer.End);
        await first.CompleteAsync();
        writer.Write("second"u8);
        Assert.False((await writer.FlushAsync(Token)).IsCompleted);
        PipeReader second = PipeReader.Create(ring.AttachReadStream());
        result = await second.ReadAtLeastAsync(6, Token).AsTask().WaitAsync(Patience, Token);
        Assert.Equal("second"u8, result.Buffer.ToArray());
        second.AdvanceTo(result.Buffer.End);
        await second.CompleteAsync();
        await writer.CompleteAsync();
    }

    /// <summary>An error that the writer completes with does not cross: what was flushed arrives, what was not does not, then the end.</summary>
    [Fact]
    public async Task A_writer_that_completes_with_an_error_ends_the_stream_after_what_it_has_flushed()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        PipeWriter writer = PipeWriter.Create(ring.AttachWriteStream());
        PipeReader reader = PipeReader.Create(ring.AttachReadStream());
        writer.Write("flushed"u8);
        _ = await writer.FlushAsync(Token);
        writer.Write("not"u8);
        await writer.CompleteAsync(new InvalidDataException("the source is damaged"));
        ReadResult result = await reader.ReadAtLeastAsync(100, Token).AsTask().WaitAsync(Patience, Token);
        Assert.True(result.IsCompleted);
        Assert.Equal("flushed"u8, result.Buffer.ToArray());
        await reader.CompleteAsync();
    }
}
