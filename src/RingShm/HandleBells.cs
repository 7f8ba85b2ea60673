using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// One handle's two doorbells: the one on which it sleeps and the one that it rings. A wait keeps the region mapped by itself:
/// the handle is not busy meanwhile, so that whoever disposes it can give its role back at once.
/// </summary>
internal sealed class HandleBells
{
    /// <summary>
    /// The first, and shortest, sleep while somebody holds what the others wait behind: whoever it is may have died, and nobody rings for the dead.
    /// </summary>
    private static readonly TimeSpan HeldUpSlice = TimeSpan.FromMilliseconds(1);

    /// <summary>So many of the shortest slices come first in a wait of a thread: what dies at work is found soon.</summary>
    private const int ShortSlices = 64;

    /// <summary>From a millisecond to a second. Who is held up by a live one for long must not look for ever as if it had just died.</summary>
    private const int MostDoublings = 10;

    private readonly RingRegion _region;
    private readonly WaitPoint _point;
    private readonly TimeSpan _slice;
    private AsyncWait? _async;

    /// <summary>How many slices were spent in a row behind something that is held, in the wait at hand.</summary>
    private int _heldUpSlices;

    public HandleBells(RingRegion region, in Doorbell<DirectMemory> own, in Doorbell<DirectMemory> others, WaitStrategy strategy)
    {
        _region = region;
        _point = new WaitPoint(own, strategy);
        _slice = strategy.SleepSlice;
        Own = own;
        Others = others;
    }

    /// <summary>Where this handle sleeps, and all others of its role.</summary>
    public Doorbell<DirectMemory> Own { get; }

    /// <summary>What it rings when it has something for the other role.</summary>
    public Doorbell<DirectMemory> Others { get; }

    /// <summary>The limits of one wait. Throws for a negative time and for a token that is cancelled already.</summary>
    public WaitLimit Limit(TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitLimit limit = new(timeout, _slice, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return limit;
    }

    /// <summary>
    /// Waits until the condition is met; false when the time was up first. True as well when the region is gone: the next attempt
    /// says that the handle was disposed.
    /// </summary>
    public bool Wait<TCondition>(ref TCondition condition, in WaitLimit limit)
        where TCondition : struct, IWaitCondition
    {
        if (!_region.TryAddReference())
            return true;
        try
        {
            return _point.Wait(ref condition, limit, spins: true);
        }
        finally
        {
            _region.ReleaseReference();
        }
    }

    /// <summary>
    /// The same for at most one slice, so that the caller can look for the dead. False when the condition was not met in it.
    /// </summary>
    /// <param name="condition">What the wait is for.</param>
    /// <param name="limit">The limits of the whole wait.</param>
    /// <param name="spins">False to sleep at once, as after the first slice of a wait.</param>
    public bool WaitSlice<TCondition>(ref TCondition condition, in WaitLimit limit, bool spins)
        where TCondition : struct, IHeldUpCondition
    {
        if (!_region.TryAddReference())
            return true;
        try
        {
            bool isHeldUp = condition.IsHeldUp();
            if (spins || !isHeldUp)
                _heldUpSlices = 0;
            TimeSpan slice = isHeldUp ? Patience(_heldUpSlices++ - ShortSlices) : _slice;
            if (!_point.Wait(ref condition, limit.Within(slice), spins))
                return false;
            // Whoever held this up is done: the next one may die as soon as this one might have.
            _heldUpSlices = 0;
            return true;
        }
        finally
        {
            _region.ReleaseReference();
        }
    }

    /// <summary>
    /// Waits without a thread. True when the condition may be met;
    /// false when somebody has held the wait up so long that the caller should look for the dead.
    /// </summary>
    /// <param name="condition">Always the same one.</param>
    /// <param name="sliceNumber">How many slices of this wait have come to nothing: the pause between two looks for the dead grows.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<bool> WaitAsync(IAsyncCondition condition, int sliceNumber, CancellationToken cancellationToken)
    {
        _async ??= new AsyncWait(Own, condition, _slice);
        return _async.WaitAsync(Patience(sliceNumber), cancellationToken);
    }

    private TimeSpan Patience(int doublings)
    {
        TimeSpan patience = HeldUpSlice * (1 << Math.Clamp(doublings, 0, MostDoublings));
        return patience < _slice ? patience : _slice;
    }

    /// <summary>Keeps the region mapped; false when it is gone.</summary>
    public bool TryHoldRegion() => _region.TryAddReference();

    public void LetGoOfRegion() => _region.ReleaseReference();

    /// <summary>Wakes the waiting thread of this handle, if there is one, so that it finds the handle disposed. Any thread.</summary>
    public void Interrupt()
    {
        // Who waits keeps the region mapped: when it is gone nobody does.
        if (!_region.TryAddReference())
            return;
        _point.Interrupt();
        _region.ReleaseReference();
    }
}
