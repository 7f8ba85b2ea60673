using System.Collections.Concurrent;
using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <content>
/// What .NET has between threads. A message has to be copied out of its writer's buffer here as well, so each is an array of its
/// own: whoever has pools instead pays for renting and returning.
/// </content>
public partial class BytesCost
{
    private readonly ConcurrentQueue<byte[]> _concurrentQueue = new();
    private readonly Channel<byte[]> _channel = Channel.CreateBounded<byte[]>(1024);

    [GlobalSetup(Targets = [nameof(ConcurrentQueue), nameof(BoundedChannel)])]
    public void OpenInProcess() => Prepare();

    [Benchmark]
    public int ConcurrentQueue()
    {
        _concurrentQueue.Enqueue([.. _message]);
        return _concurrentQueue.TryDequeue(out byte[]? message) ? Look(message) : 0;
    }

    [Benchmark]
    public int BoundedChannel()
    {
        _channel.Writer.TryWrite([.. _message]);
        return _channel.Reader.TryRead(out byte[]? message) ? Look(message) : 0;
    }
}
