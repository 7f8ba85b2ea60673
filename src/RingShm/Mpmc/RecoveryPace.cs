using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RingShm.Mpmc;

/// <summary>
/// How often a handle that finds nothing to do asks the kernel whether somebody has died: about every quarter of a millisecond while it
/// polls, at each poll when it polls more rarely. A handle that goes over from the one to the other looks after 64 polls at the
/// latest. A poll in between costs an increment and a comparison.
/// </summary>
internal struct RecoveryPace
{
    private const int MostPollsBetweenLooks = 64;

    private static readonly long s_interval = Stopwatch.Frequency / 4000;

    private long _lastCheck;
    private int _polls;
    private int _pollsPerLook;

    /// <summary>Says that the next poll comes after a sleep, and is to look.</summary>
    public void Rest() => _pollsPerLook = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsDue() => ++_polls >= _pollsPerLook && IsDueByTheClock();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsDueByTheClock()
    {
        _polls = 0;
        long now = Stopwatch.GetTimestamp();
        long sinceLast = now - _lastCheck;
        if (sinceLast < s_interval)
        {
            // Looks at the clock less often while they come to nothing.
            _pollsPerLook = Math.Min(MostPollsBetweenLooks, (_pollsPerLook * 2) + 1);
            return false;
        }

        // A look that comes late means that the polls have become rare: then at every one of them.
        _pollsPerLook = sinceLast >= 2 * s_interval ? 0 : _pollsPerLook / 2;
        _lastCheck = now;
        return true;
    }
}
