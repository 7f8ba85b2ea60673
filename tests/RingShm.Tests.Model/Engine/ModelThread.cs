using System.Runtime.InteropServices;

namespace RingShm.Tests.Model.Engine;

internal enum ThreadStatus
{
    NotStarted,
    Ready,
    Awaiting,

    /// <summary>In the kernel, on a futex.</summary>
    Asleep,
    Finished,
    Dead,
}

/// <summary>One participant of a program: a process, as far as the protocols can tell.</summary>
internal sealed class ModelThread(Execution execution, int index)
{
    [ThreadStatic]
    private static ModelThread? t_current;

    /// <summary>Words that the current attempt loaded, with the store that each load returned: what an await waits on.</summary>
    private readonly List<(Location Location, int Index)> _polled = [];

    public static ModelThread Current
    {
        get => t_current ?? throw new InvalidOperationException("ModelMemory is used outside of a model thread.");
        set => t_current = value;
    }

    public Execution Execution { get; } = execution;

    public int Index { get; } = index;

    public string Name { get; private set; } = "";

    public Action<ModelThread> Body { get; private set; } = static _ => { };

    /// <summary>True when the explorer may kill it at any of its accesses.</summary>
    public bool IsKillable { get; private set; }

    public ThreadStatus Status { get; set; }

    /// <summary>The worker on whose stack the body runs, once started.</summary>
    public Worker? Worker { get; set; }

    /// <summary>True while the body waits on its worker's stack for the baton.</summary>
    public bool IsParked { get; set; }

    public VectorClock Clock { get; set; }

    /// <summary>What relaxed loads have seen; a fence acquires it.</summary>
    public VectorClock PendingAcquire { get; set; }

    /// <summary>What was known at the last fence; a relaxed store after it releases this much.</summary>
    public VectorClock FenceRelease { get; set; }

    /// <summary>Hash of all that this thread did and saw: with the program's determinism, its local state.</summary>
    public ulong History { get; private set; }

    /// <summary>Set when the await that this thread sits in was ended because nothing can ever happen any more.</summary>
    public bool IsQuiescent { get; set; }

    /// <summary>A copy into the region that this thread is about to make; dying in it leaves a half.</summary>
    public nint PendingCopy { get; set; }

    public int PendingCopyBytes { get; set; }

    /// <summary>Stores that a mutation holds back.</summary>
    public List<DelayedStore> Delayed { get; } = [];

    public bool IsFlushing { get; set; }

    /// <summary>What the program is doing, for mutations that strike only there.</summary>
    public string Phase { get; set; } = "";

    /// <summary>Called after a store took effect, for specifications that need the commit point.</summary>
    public Action<StoreNote>? OnStore { get; set; }

    public int Step => Clock[Index];

    public ReadOnlySpan<(Location Location, int Index)> Polled => CollectionsMarshal.AsSpan(_polled);

    public bool IsEnabled => Status switch
    {
        ThreadStatus.NotStarted => _polled.Count == 0 || IsQuiescent || HasNews(),
        ThreadStatus.Ready => true,
        ThreadStatus.Awaiting => IsQuiescent || HasNews(),
        ThreadStatus.Asleep => IsQuiescent || SleepsOn == null,
        _ => false,
    };

    /// <summary>True while only a change made by somebody else can make it move.</summary>
    public bool Awaits =>
        Status is ThreadStatus.Awaiting or ThreadStatus.Asleep || (Status == ThreadStatus.NotStarted && _polled.Count > 0);

    /// <summary>The word on which it sleeps in the kernel; null when it was woken.</summary>
    public Location? SleepsOn { get; set; }

    public void Reset(string name, bool killable, Action<ModelThread> body)
    {
        Name = name;
        IsKillable = killable;
        Body = body;
        Status = ThreadStatus.NotStarted;
        Worker = null;
        IsParked = false;
        Clock = PendingAcquire = FenceRelease = default;
        History = Hashing.Mix((ulong)Index + 101);
        IsQuiescent = false;
        PendingCopy = 0;
        SleepsOn = null;
        Phase = "";
        IsFlushing = false;
        OnStore = null;
        Delayed.Clear();
        _polled.Clear();
    }

    /// <summary>Begins a new step.</summary>
    public int Tick()
    {
        int step = Clock[Index] + 1;
        Clock = Clock.With(Index, step);
        return step;
    }

    public void Remember(ulong what) => History = Hashing.Mix(History, what);

    public void NotePoll(Location location, int index)
    {
        foreach ((Location known, int _) in _polled)
        {
            // The first load counts: if a later one of the same attempt saw more, the attempt as a whole is out of date.
            if (known == location)
                return;
        }

        _polled.Add((location, index));
    }

    /// <summary>Which store this attempt first saw at a word; null when it has not looked there.</summary>
    public int? FirstPolled(Location location)
    {
        foreach ((Location known, int index) in _polled)
        {
            if (known == location)
                return index;
        }

        return null;
    }

    /// <summary>Starts a new attempt: a following await waits only on what is loaded from here on.</summary>
    public void ClearPolls() => _polled.Clear();

    /// <summary>
    /// Waits until one of the words that the attempt loaded has a newer store. False when that can never happen: every other
    /// thread has ended or waits as well.
    /// </summary>
    public bool Await() => Execution.Await(this);

    private bool HasNews()
    {
        foreach ((Location location, int index) in _polled)
        {
            if (location.HasChangedSince(index))
                return true;
        }

        return false;
    }
}

/// <summary>A store that a mutation carries out later than the program asked.</summary>
internal readonly record struct DelayedStore(nint Address, long Value, byte[]? Payload, bool Release, Memory.Edge Edge, Memory.Edge Until);

/// <summary>A store, or a compare-and-swap that swapped, as a specification hears of it.</summary>
/// <param name="Edge">Its name.</param>
/// <param name="Address">The word.</param>
/// <param name="Before">What the word was.</param>
/// <param name="Value">What it is now.</param>
internal readonly record struct StoreNote(Memory.Edge Edge, nint Address, long Before, long Value);

/// <summary>Unwinds a thread that was killed or whose execution is over.</summary>
internal sealed class ThreadEndedException : Exception
{
    public static readonly ThreadEndedException Instance = new();
}

/// <summary>The program broke a rule: a data race, a wrong message, a stall.</summary>
internal sealed class ViolationException(string message) : Exception(message);
