using System.Collections.Concurrent;

namespace RingShm.Tests.Model.Engine;

/// <summary>An operating system thread that model threads borrow their stacks from. Exactly one worker of an execution runs at a time.</summary>
internal sealed class Worker : IDisposable
{
    private static readonly ConcurrentBag<Worker> Idle = [];

    private readonly SemaphoreSlim _gate = new(0);
    private ModelThread? _assigned;

    public static Worker Rent() => Idle.TryTake(out Worker? worker) ? worker : StartNew();

    /// <summary>Hands the baton to the model thread that is parked on this worker's stack.</summary>
    public void Wake() => _gate.Release();

    /// <summary>Parks the calling model thread until somebody hands it the baton.</summary>
    public void Park() => _gate.Wait();

    public void Start(ModelThread thread)
    {
        _assigned = thread;
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();

    private static Worker StartNew()
    {
        Worker worker = new();
        new Thread(worker.Loop, maxStackSize: 512 * 1024) { IsBackground = true, Name = "model worker" }.Start();
        return worker;
    }

    private void Loop()
    {
        while (true)
        {
            _gate.Wait();
            Execution execution = _assigned!.Execution;
            execution.RunFrom(this, _assigned);
            Idle.Add(this);
            execution.WorkerLeft();
        }
    }
}
