namespace RingShm.Waiting;

/// <summary>
/// Waits for all asynchronous waits of a process with as few threads as the kernel allows: one for each
/// <see cref="MultiWait.Capacity"/> waits that are pending at once (127 on Linux, 63 on Windows).
/// </summary>
/// <remarks>A thousand rings awaited at once take eight threads on Linux. A thread with nothing to wait for ends after a while.</remarks>
internal sealed class AsyncHub
{
    private readonly Lock _lock = new();
    private readonly List<HubThread> _threads = [];
    private readonly bool _polls;

    /// <param name="polls">True to do without the kernel's wait for many words, as where it is missing.</param>
    public AsyncHub(bool polls = false) => _polls = polls;

    /// <summary>The one that everybody uses.</summary>
    public static AsyncHub Shared { get; } = new();

    public int ThreadCount
    {
        get
        {
            lock (_lock)
                return _threads.Count;
        }
    }

    /// <summary>Finds a thread with a free place, or starts one. The place is taken.</summary>
    public HubThread Reserve()
    {
        lock (_lock)
        {
            foreach (HubThread candidate in _threads)
            {
                if (candidate.TryReserve())
                    return candidate;
            }

            HubThread thread = new(this, _polls);
            _ = thread.TryReserve();
            _threads.Add(thread);
            thread.Start();
            return thread;
        }
    }

    /// <summary>Takes an idle thread out, unless somebody has reserved a place meanwhile.</summary>
    public bool TryRetire(HubThread thread)
    {
        lock (_lock)
            return thread.IsEmpty && _threads.Remove(thread);
    }
}
