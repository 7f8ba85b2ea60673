using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RingShm.Tests.Model.Engine;

/// <summary>How many steps of each thread happen before a point: eight threads, 65535 steps each.</summary>
internal readonly record struct VectorClock(Vector128<ushort> Steps)
{
    public const int MaxThreads = 8;

    public int this[int thread] => Steps.GetElement(thread);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorClock Join(VectorClock other) => new(Vector128.Max(Steps, other.Steps));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorClock With(int thread, int steps) => new(Steps.WithElement(thread, (ushort)steps));

    /// <summary>True when everything in <paramref name="other"/> happens before this point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Covers(VectorClock other) => !Vector128.GreaterThanAny(other.Steps, Steps);

    /// <summary>A thread that has something in <paramref name="other"/> that does not happen before this point.</summary>
    public int FirstNotCovered(VectorClock other)
    {
        for (int thread = 0; thread < MaxThreads; thread++)
        {
            if (other[thread] > this[thread])
                return thread;
        }

        return -1;
    }
}
