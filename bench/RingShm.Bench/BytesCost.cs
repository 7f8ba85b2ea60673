using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <summary>
/// What one message of bytes costs, and allocates, on every path of every kind when nobody else is there: one thread writes it
/// and reads it back, so that every line stays in its cache and only the instructions count. What lines cost between cores is
/// RingShm.Load's business.
/// </summary>
/// <remarks>
/// <code>
///  one thread:  write | claim, commit | batch ----> ring ----> lease, sum of its ends, release
/// </code>
/// The job Dry makes one call and so shows what a first call sets up, some kilobytes; the waiting calls allocate nothing after that.
/// Each kind has a file of its own, with its own setup: to add one, add a file.
/// </remarks>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "RatioSD")]
public partial class BytesCost
{
    private const int BatchLength = 32;
    private const int CapacityBytes = 1 << 18;

    private readonly string _name = "ringshm-bench-" + Guid.NewGuid().ToString("N");
    private readonly List<IDisposable> _open = [];
    private readonly ReadOnlyMemory<byte>[] _batch = new ReadOnlyMemory<byte>[BatchLength];
    private readonly long[] _batchSum = new long[1];
    private byte[] _message = [];

    [Params(8, 64, 1024)]
    public int MessageBytes { get; set; }

    [GlobalCleanup]
    public void Close()
    {
        for (int i = _open.Count - 1; i >= 0; i--)
            _open[i].Dispose();
        _open.Clear();
        if (OperatingSystem.IsLinux())
            Ring.Remove(_name);
    }

    /// <summary>A reader has to look at a message; all paths look at as much of it.</summary>
    private static int Look(ReadOnlySpan<byte> message) => message[0] + message[^1] + message.Length;

    private static void LookAtOneOfMany(in Message message, long[] sum) => sum[0] += Look(message.Span);

    private RingOptions Prepare()
    {
        _message = new byte[MessageBytes];
        _message.AsSpan().Fill(1);
        _batch.AsSpan().Fill(_message);
        return new RingOptions { CapacityBytes = CapacityBytes, MaxMessageBytes = MessageBytes };
    }

    private T Keep<T>(T opened)
        where T : IDisposable
    {
        _open.Add(opened);
        return opened;
    }
}
