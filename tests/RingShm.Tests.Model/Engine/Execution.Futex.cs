namespace RingShm.Tests.Model.Engine;

/// <content>
/// A futex: compare-and-sleep in one step, and a wake that carries no memory order (none is relied on). Sleep ends by a wake
/// or, when nothing else can move any more, by its time running out.
/// </content>
internal sealed unsafe partial class Execution
{
    /// <summary>Calls to wake, so far.</summary>
    public int Wakes { get; private set; }

    /// <summary>Sleeps unless the word's low half differs. False when the sleep ended by its time.</summary>
    public bool FutexWait(ModelThread thread, long* address, uint expected)
    {
        SwitchPoint(thread);
        int step = thread.Tick();
        Location location = At(address);
        StoreEvent latest = location.Stores[location.Latest];
        location.Saw(thread.Index, step, location.Latest);
        thread.Remember(latest.Id);
        if ((uint)latest.Value != expected && !Mutation.KernelSleepsWithoutComparing)
        {
            Log(thread, $"     futex-wait {NameOf(location)}: 0x{(uint)latest.Value:X} is not 0x{expected:X}");
            return true;
        }

        Log(thread, $"     futex-wait {NameOf(location)} at 0x{expected:X}: sleeps");
        thread.ClearPolls();
        thread.SleepsOn = location;
        thread.Status = ThreadStatus.Asleep;
        SwitchPoint(thread);
        thread.Status = ThreadStatus.Ready;
        bool woken = thread.SleepsOn == null;
        thread.SleepsOn = null;
        if (woken)
            return true;
        // Time passes, and with it every store that was made becomes visible.
        thread.IsQuiescent = false;
        thread.Tick();
        foreach (ModelThread other in Threads)
            thread.Clock = thread.Clock.Join(other.Clock);
        Log(thread, "     its slice of sleep is over");
        return false;
    }

    public void FutexWakeAll(ModelThread thread, long* address)
    {
        SwitchPoint(thread);
        thread.Tick();
        thread.Remember(5);
        if (Mutation.DropsWakes)
            return;
        Wakes++;
        WakeSleepers(thread, At(address));
    }

    /// <summary>The membarrier system call: every participant passes a fence, the caller before and after all others.</summary>
    public void FenceEverybody(ModelThread thread)
    {
        SwitchPoint(thread);
        thread.Tick();
        thread.Remember(6);
        if (Mutation.DropsBarrier)
            return;
        PassFence(thread);
        foreach (ModelThread other in Threads)
        {
            // Who does not run, or runs no more, has passed one when the kernel took the processor from it.
            if (other != thread)
                PassFence(other);
        }

        PassFence(thread);
        Log(thread, "     membarrier");
    }

    private void WakeSleepers(ModelThread waker, Location location)
    {
        int woken = 0;
        foreach (ModelThread sleeper in Threads)
        {
            if (sleeper.Status != ThreadStatus.Asleep || sleeper.SleepsOn != location || (Mutation.WakesOneOnly && woken > 0))
                continue;
            sleeper.SleepsOn = null;
            sleeper.Remember(79);
            woken++;
        }

        Log(waker, $"     futex-wake {NameOf(location)}: {woken} woken");
    }

    private void PassFence(ModelThread thread)
    {
        thread.Clock = thread.Clock.Join(thread.PendingAcquire).Join(_fences);
        _fences = thread.FenceRelease = thread.Clock;
        thread.Remember(_fenceHash);
        _fenceHash = Hashing.Mix(_fenceHash, thread.History);
    }

    /// <summary>What a mutation makes of the step in which a ringer takes the announcements and moves the sequence on.</summary>
    private long MutateRing(ModelThread thread, long* address, long value, long comparand)
    {
        if (Mutation.WakesBeforeMoving)
        {
            WakeSleepers(thread, At(address));
            thread.Tick();
            thread.Remember(7);
            SwitchPoint(thread);
        }

        if (Mutation.KeepsSequence)
            value = (uint)comparand;
        if (Mutation.KeepsAnnouncements)
            value |= comparand & ~(long)uint.MaxValue;
        return value;
    }
}
