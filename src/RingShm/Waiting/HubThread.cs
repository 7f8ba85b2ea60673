using System.Diagnostics;

namespace RingShm.Waiting;

/// <summary>One thread of the hub: announces its waits, sleeps on all their doorbells at once, and finishes those that are over.</summary>
internal sealed class HubThread : IDisposable
{
    /// <summary>How long a thread without work stays for the next wait.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A thread looks at all its waits at the end of each sleep, a hundred of them for one process that sleeps beside them all. So
    /// its sleeps grow, up to this many slices; docs/WAITING.md says what that costs whom.
    /// </summary>
    public const int MostSlices = 4;

    private readonly AsyncHub _hub;
    private readonly MultiWait _kernel;
    private readonly Lock _lock = new();
    private readonly List<AsyncWait> _begun = [];
    private readonly List<AsyncWait> _waits = [];
    private int _places;

    /// <summary>How many slices long the next sleep is: it doubles while nothing happens.</summary>
    private int _slices = 1;

    public HubThread(AsyncHub hub, bool polls)
    {
        _hub = hub;
        _kernel = new MultiWait(polls);
    }

    /// <summary>True when no place is taken. Only the hub asks, under its lock.</summary>
    public bool IsEmpty => Volatile.Read(ref _places) == 0;

    /// <summary>Only the hub calls it, under its lock.</summary>
    public bool TryReserve()
    {
        if (Volatile.Read(ref _places) >= MultiWait.Capacity)
            return false;
        _ = Interlocked.Increment(ref _places);
        return true;
    }

    public void Start() => new Thread(Run) { IsBackground = true, Name = "RingShm waits" }.Start();

    /// <summary>Takes over a wait for which a place was reserved.</summary>
    public void Begin(AsyncWait wait)
    {
        lock (_lock)
            _begun.Add(wait);
        _kernel.Signal();
    }

    /// <summary>Has every wait looked at again.</summary>
    public void Signal() => _kernel.Signal();

    /// <summary>The thread does it itself when it ends.</summary>
    public void Dispose() => _kernel.Dispose();

    private void Run()
    {
        long idleSince = Stopwatch.GetTimestamp();
        while (true)
        {
            // Before the looks: a signal during them ends the coming sleep at once.
            uint signals = _kernel.Signals;
            lock (_lock)
            {
                _waits.AddRange(_begun);
                _begun.Clear();
            }

            // Without a new announcement, what was looked at before is as good: each of the old ones is still counted, so whatever is
            // published now rings, and the kernel compares the sequence.
            if (AnnounceAll())
            {
                _waits[0].Doorbell.Fence();
                FinishThoseOver();
            }

            if (_waits.Count > 0)
                idleSince = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(idleSince) >= Patience && _hub.TryRetire(this))
                break;
            TimeSpan time = LooksWithin();
            _slices = Math.Min(_slices * 2, MostSlices);
            _kernel.Wait(_waits, signals, time);
        }

        Dispose();
    }

    /// <summary>The bound on what a death at the worst moment can cost any of them.</summary>
    private TimeSpan LooksWithin()
    {
        TimeSpan soonest = _waits.Count == 0 ? Patience : TimeSpan.MaxValue;
        foreach (AsyncWait wait in _waits)
        {
            TimeSpan within = wait.LooksWithin(_slices);
            if (within < soonest)
                soonest = within;
        }

        return _waits.Count == 0 ? soonest : ProcessBarrier.Shorten(soonest);
    }

    /// <summary>True when any was announced anew: one fence serves them all.</summary>
    private bool AnnounceAll()
    {
        // What is over already need not be announced.
        FinishThoseOver();
        bool anyNew = false;
        foreach (AsyncWait wait in _waits)
            anyNew |= wait.Announce();
        if (anyNew)
            _slices = 1;
        return anyNew;
    }

    private void FinishThoseOver()
    {
        for (int i = _waits.Count - 1; i >= 0; i--)
        {
            AsyncWait wait = _waits[i];
            if (!wait.IsOver(out Exception? failure))
                continue;
            // Whoever waited may begin anew, or dispose everything, before Finish has returned: it must be off the list.
            _waits[i] = _waits[^1];
            _waits.RemoveAt(_waits.Count - 1);
            _ = Interlocked.Decrement(ref _places);
            _slices = 1;
            wait.Finish(failure);
        }
    }
}
