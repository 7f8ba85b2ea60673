using System.Diagnostics;

namespace RingShm.Waiting;

/// <summary>
/// One wait for room or for a message: spins, then yields, then sleeps a millisecond at a time, until its deadline. The caller
/// tries again after every step.
/// </summary>
internal struct Backoff
{
    private readonly CancellationToken _cancellationToken;
    private readonly long _start;
    private readonly TimeSpan _timeout;
    private SpinWait _spin;

    /// <exception cref="ArgumentOutOfRangeException">A negative time that is not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public Backoff(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is zero, positive or infinite.");
        cancellationToken.ThrowIfCancellationRequested();
        _cancellationToken = cancellationToken;
        _timeout = timeout;
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>Waits a little; false when the time is up.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool TryWait()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (_timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(_start) >= _timeout)
            return false;
        _spin.SpinOnce();
        return true;
    }
}
