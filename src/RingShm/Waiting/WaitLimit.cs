using System.Diagnostics;

namespace RingShm.Waiting;

/// <summary>How long a wait may last, and in which slices it sleeps. Measured on the monotonic clock: setting the time changes nothing.</summary>
internal readonly struct WaitLimit
{
    private const long Never = long.MaxValue;

    private readonly CancellationToken _cancellationToken;
    private readonly long _deadline;
    private readonly TimeSpan _slice;

    /// <exception cref="ArgumentOutOfRangeException">A negative time that is not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public WaitLimit(TimeSpan timeout, TimeSpan slice, CancellationToken cancellationToken)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is zero, positive or infinite.");
        _cancellationToken = cancellationToken;
        _slice = slice;
        // A sum beyond the clock's range means as good as for ever.
        long sum = timeout == Timeout.InfiniteTimeSpan ? Never : unchecked(Stopwatch.GetTimestamp() + Ticks(timeout));
        _deadline = sum < 0 ? Never : sum;
    }

    private WaitLimit(in WaitLimit whole, TimeSpan longest)
    {
        _cancellationToken = whole._cancellationToken;
        _slice = longest;
        _deadline = Math.Min(whole._deadline, Stopwatch.GetTimestamp() + Ticks(ProcessBarrier.Shorten(longest)));
    }

    public CancellationToken CancellationToken => _cancellationToken;

    public bool IsCancelled => _cancellationToken.IsCancellationRequested;

    /// <summary>True when the time is up or the wait was cancelled.</summary>
    public bool IsOver => IsCancelled || (_deadline != Never && Stopwatch.GetTimestamp() >= _deadline);

    /// <summary>When a sleep that begins now should end at the latest.</summary>
    public long SliceEnd => Math.Min(_deadline, Stopwatch.GetTimestamp() + Ticks(ProcessBarrier.Shorten(_slice)));

    /// <summary>The same limit for a part of the wait that begins now and is no longer than this.</summary>
    public WaitLimit Within(TimeSpan longest) => new(this, longest);

    private static long Ticks(TimeSpan time)
    {
        double ticks = time.TotalSeconds * Stopwatch.Frequency;
        return ticks >= Never ? Never : (long)Math.Ceiling(ticks);
    }
}
