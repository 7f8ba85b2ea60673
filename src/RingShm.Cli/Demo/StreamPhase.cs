using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Cli.Demo;

/// <summary>
/// Real bytes. The peer reads files straight into the ring, in messages of mixed sizes, and hashes what it sends; this side
/// hashes what it receives. The last message carries the sender's hash and counts.
/// </summary>
internal static class StreamPhase
{
    private const int DataTag = 1;
    private const int EndTag = 2;

    /// <summary>The end message: hash, bytes, messages, files.</summary>
    private const int BytesOffset = SHA256.HashSizeInBytes;
    private const int MessagesOffset = BytesOffset + sizeof(long);
    private const int FilesOffset = MessagesOffset + sizeof(long);
    private const int EndBytes = FilesOffset + sizeof(int);

    /// <summary>The files of a folder and the folders in it, in an order that does not change; or the one file.</summary>
    public static string[] FilesOf(string source)
    {
        if (!Directory.Exists(source))
            return [source];
        string[] files = Directory.GetFiles(source, "*", new EnumerationOptions { RecurseSubdirectories = true });
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>The peer's half.</summary>
    public static void Send(SpscRing ring, string source)
    {
        using SpscProducer producer = ring.AttachProducer();
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        MixedSizes sizes = new();
        long bytes = 0;
        long messages = 0;
        string[] files = FilesOf(source);
        foreach (string file in files)
        {
            using SafeFileHandle handle = File.OpenHandle(file);
            for (long offset = 0; ;)
            {
                int sent = SendPiece(producer, handle, offset, sizes.Next(), hash);
                if (sent == 0)
                    break;
                offset += sent;
                bytes += sent;
                messages++;
            }
        }

        Span<byte> end = stackalloc byte[EndBytes];
        hash.GetHashAndReset(end);
        BinaryPrimitives.WriteInt64LittleEndian(end[BytesOffset..], bytes);
        BinaryPrimitives.WriteInt64LittleEndian(end[MessagesOffset..], messages);
        BinaryPrimitives.WriteInt32LittleEndian(end[FilesOffset..], files.Length);
        producer.Write(end, EndTag, Timeout.InfiniteTimeSpan, CancellationToken.None);
        ring.Complete();
    }

    /// <summary>This side's half.</summary>
    public static StreamReport Receive(SpscConsumer consumer, string source, PeerProcess peer, Action<double> progress)
    {
        const long ReportEveryMessages = 256;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        long messages = 0;
        int smallest = int.MaxValue;
        int largest = 0;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            using Message message = Next(consumer, peer);
            if (message.Type == EndTag)
            {
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                CheckCounts(message.Span, bytes, messages);
                return new StreamReport(
                    source,
                    BinaryPrimitives.ReadInt32LittleEndian(message.Span[FilesOffset..]),
                    bytes,
                    messages,
                    messages == 0 ? 0 : smallest,
                    largest,
                    seconds,
                    Convert.ToHexStringLower(message.Span[..SHA256.HashSizeInBytes]),
                    Convert.ToHexStringLower(hash.GetHashAndReset()));
            }

            hash.AppendData(message.Span);
            bytes += message.Span.Length;
            smallest = Math.Min(smallest, message.Span.Length);
            largest = Math.Max(largest, message.Span.Length);
            if (++messages % ReportEveryMessages == 0)
            {
                peer.ThrowIfCancelled();
                progress(bytes);
            }
        }
    }

    /// <summary>Reads a piece of the file into the ring. Returns its length; 0 at the end of the file.</summary>
    private static int SendPiece(SpscProducer producer, SafeFileHandle file, long offset, int wantedBytes, IncrementalHash hash)
    {
        Spinner spinner = default;
        Claim claim;
        while (!producer.TryClaim(wantedBytes, out claim))
            spinner.Wait();
        using (claim)
        {
            int read = RandomAccess.Read(file, claim.Span, offset);
            if (read == 0)
                return 0;
            hash.AppendData(claim.Span[..read]);
            claim.Commit(read, DataTag);
            return read;
        }
    }

    private static Message Next(SpscConsumer consumer, PeerProcess peer)
    {
        Spinner spinner = default;
        while (true)
        {
            bool wasGone = peer.IsGone;
            if (consumer.TryRead(out Message message))
                return message;
            if (spinner.Wait())
                peer.ThrowIfHopeless(wasGone);
        }
    }

    private static void CheckCounts(ReadOnlySpan<byte> end, long bytes, long messages)
    {
        long sentBytes = BinaryPrimitives.ReadInt64LittleEndian(end[BytesOffset..]);
        long sentMessages = BinaryPrimitives.ReadInt64LittleEndian(end[MessagesOffset..]);
        if (sentBytes != bytes || sentMessages != messages)
            throw CommandException.Failed(
                $"{sentMessages} messages of {sentBytes} bytes were sent; {messages} of {bytes} bytes were received.");
    }

    /// <summary>Sizes from 1 byte to the longest, as many around 10 as around 10,000; the same in every run.</summary>
    private sealed class MixedSizes
    {
        private const int Seed = 20;

#pragma warning disable CA5394 // Sizes need variety, not secrecy.
        private readonly Random _random = new(Seed);

        public int Next() => (int)Math.Pow(DemoRings.LargestStreamMessageBytes, _random.NextDouble());
#pragma warning restore CA5394
    }
}
