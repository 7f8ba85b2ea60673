using RingShm.Memory;

namespace RingShm.Waiting;

/// <summary>Where one handle waits: a doorbell and a strategy. One thread waits at a time; anybody may interrupt.</summary>
internal sealed class WaitPoint
{
    /// <summary>Looks between two looks at the clock and the token: both are slower than the ring.</summary>
    private const int LooksPerLimit = 64;

    private static readonly Action<object?> InterruptCallback = static point => ((WaitPoint)point!).Interrupt();

    private readonly Doorbell<DirectMemory> _doorbell;
    private readonly WaitStrategy _strategy;

    public WaitPoint(in Doorbell<DirectMemory> doorbell, WaitStrategy strategy)
    {
        _doorbell = doorbell;
        _strategy = strategy;
    }

    public Doorbell<DirectMemory> Doorbell => _doorbell;

    /// <summary>
    /// Wakes the waiting thread so that it looks at its condition and its token again. The doorbell's memory must stay mapped
    /// meanwhile.
    /// </summary>
    public void Interrupt() => _doorbell.Interrupt();

    /// <summary>
    /// Waits until the condition is met; false when the time is up before. Allocates nothing when the token cannot be cancelled.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative time that is not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the condition was not met.</exception>
    public bool Wait<TCondition>(ref TCondition condition, TimeSpan timeout, CancellationToken cancellationToken)
        where TCondition : struct, IWaitCondition
    {
        WaitLimit limit = new(timeout, _strategy.SleepSlice, cancellationToken);
        return Wait(ref condition, limit, spins: true);
    }

    /// <summary>The same within a limit that the caller has made.</summary>
    /// <param name="condition">What the wait is for.</param>
    /// <param name="limit">When it ends.</param>
    /// <param name="spins">False to sleep at once, if the strategy sleeps at all: the wait has spun before.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the condition was not met.</exception>
    public bool Wait<TCondition>(ref TCondition condition, in WaitLimit limit, bool spins)
        where TCondition : struct, IWaitCondition
    {
        limit.CancellationToken.ThrowIfCancellationRequested();
        if (condition.IsMet())
            return true;
        bool isMet = !limit.IsOver
            && (((spins || !_strategy.Sleeps) && SpinAndYield(ref condition, limit)) || (!limit.IsOver && Sleep(ref condition, limit)));
        if (!isMet)
            limit.CancellationToken.ThrowIfCancellationRequested();
        return isMet;
    }

    private bool Sleep<TCondition>(ref TCondition condition, in WaitLimit limit)
        where TCondition : struct, IWaitCondition
    {
        CancellationToken cancellationToken = limit.CancellationToken;
        if (!cancellationToken.CanBeCanceled)
            return _doorbell.Sleep(ref condition, limit);
        // Disposing the registration waits for a callback that is running: it never touches the doorbell after this.
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(InterruptCallback, this);
        return _doorbell.Sleep(ref condition, limit);
    }

    /// <summary>False when all spins and yields are used up, or the limit is over.</summary>
    private bool SpinAndYield<TCondition>(ref TCondition condition, in WaitLimit limit)
        where TCondition : struct, IWaitCondition
    {
        int spins = Environment.ProcessorCount > 1 ? _strategy.Spins : 0;
        do
        {
            for (int spin = 1; spin <= spins; spin++)
            {
                Thread.SpinWait(1);
                if (condition.IsMet())
                    return true;
                if (spin % LooksPerLimit == 0 && limit.IsOver)
                    return false;
            }

            for (int yield = 1; yield <= _strategy.Yields; yield++)
            {
                if (limit.IsOver)
                    return false;
                Thread.Yield();
                if (condition.IsMet())
                    return true;
            }

            // A strategy that neither spins nor yields nor sleeps still has to notice its end.
            if (!_strategy.Sleeps && limit.IsOver)
                return false;
        }
        while (!_strategy.Sleeps && !condition.IsMet());
        return !_strategy.Sleeps;
    }
}
