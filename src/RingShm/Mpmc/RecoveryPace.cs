using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RingShm.Mpmc;

/// <summary>
/// How often a handle that finds nothing to do asks the kernel whether somebody has died: about every half millisecond while it
/// polls, at once when it polls more rarely. A poll in between costs an increment and a comparison.
/// </summary>
internal struct RecoveryPace
{
    private const int MostPollsBetweenLooks = 1024;

    private static readonly long s_interval = Stopwatch.Frequency / 2000;

    private long _lastCheck;
    private int _polls;
    private int _pollsPerLook;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsDue() => ++_polls >= _pollsPerLook && IsDueByTheClock();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsDueByTheClock()
    {
        _polls = 0;
        long now = Stopwatch.GetTimestamp();
        bool isDue = now - _lastCheck >= s_interval;
        if (isDue)
            _lastCheck = now;
        // Looks at the clock less often while they come to nothing, more often when one comes late.
        _pollsPerLook = isDue ? _pollsPerLook / 2 : Math.Min(MostPollsBetweenLooks, (_pollsPerLook * 2) + 1);
        return isDue;
    }
}
