using RingShm.Waiting;

namespace RingShm.Tests.Model.Engine;

/// <summary>The kernel's half of a doorbell under the explorer. Slices have no length: they end when nothing else can move.</summary>
internal sealed unsafe class ModelKernelDoorbell : IKernelDoorbell
{
    /// <summary>Slices of sleep of the current thread that ended by their time.</summary>
    public int[] Slices { get; } = new int[VectorClock.MaxThreads];

    public void FenceRingers() => Run.FenceEverybody(Me);

    public void Wait(long* word, uint expected, long until)
    {
        if (!Run.FutexWait(Me, word, expected))
            Slices[Me.Index]++;
    }

    public void Wake(long* word, uint sequence)
    {
        // A mutation has woken already, before it moved the sequence.
        if (!Run.Mutation.WakesBeforeMoving)
            Run.FutexWakeAll(Me, word);
    }

    private static ModelThread Me => ModelThread.Current;

    private static Execution Run => ModelThread.Current.Execution;
}

/// <summary>The same where ringers fence for themselves, as on Windows.</summary>
internal sealed unsafe class ModelKernelWithoutBarrier(ModelKernelDoorbell kernel) : IKernelDoorbell
{
    public void FenceRingers()
    {
    }

    public void Wait(long* word, uint expected, long until) => kernel.Wait(word, expected, until);

    public void Wake(long* word, uint sequence) => kernel.Wake(word, sequence);
}
