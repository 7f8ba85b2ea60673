using RingShm.Layout;

namespace RingShm.Tests.Model.Engine;

/// <content>
/// What the kernel knows: who holds a row's lock, and who has died. Both are words behind the region, so that asking is an
/// access like any other: a scheduling point, a kill point, part of the state.
/// </content>
internal sealed unsafe partial class Execution
{
    private const int FirstProcessId = 100;
    private const int FirstLiveness = 32;
    private const long Dead = 1;

    /// <summary>The owner word of a participant: each is a process of its own.</summary>
    public static long OwnerWord(ModelThread thread) => RowLayout.PackOwner(FirstProcessId + thread.Index, 7);

    public bool TryKernelLock(ModelThread thread, int row)
    {
        SwitchPoint(thread);
        thread.Tick();
        Location location = Pseudo(row);
        StoreEvent holder = location.Stores[location.Latest];
        thread.Remember(holder.Id);
        if (holder.Value != 0 && !Mutation.OracleAlwaysSaysDead)
        {
            location.Saw(thread.Index, thread.Step, location.Latest);
            thread.NotePoll(location, location.Latest);
            Log(thread, $"     try-lock row {row}: held by {_threads[(int)holder.Value - 1].Name}");
            return false;
        }

        // The kernel hands the lock on, and with it everything that its last holder did: by unlocking or by dying.
        if (!Mutation.DeathOrdersNothing)
            thread.Clock = thread.Clock.Join(holder.Released);
        Append(thread, location, thread.Index + 1, thread.Clock);
        Log(thread, $"     try-lock row {row}: locked");
        return true;
    }

    /// <summary>Where there are locks, a row's owner is alive as long as somebody holds the row's lock.</summary>
    public bool IsKernelLockHeld(ModelThread thread, int row)
    {
        SwitchPoint(thread);
        thread.Tick();
        Location location = Pseudo(row);
        StoreEvent holder = location.Stores[location.Latest];
        location.Saw(thread.Index, thread.Step, location.Latest);
        thread.Remember(holder.Id);
        bool isHeld = holder.Value != 0 && !Mutation.OracleAlwaysSaysDead;
        if (isHeld)
            thread.NotePoll(location, location.Latest);
        else if (!Mutation.DeathOrdersNothing)
            thread.Clock = thread.Clock.Join(holder.Released);
        Log(thread, $"     oracle: row {row} is {(isHeld ? "held" : "not held")}");
        return isHeld;
    }

    public void KernelUnlock(ModelThread thread, int row)
    {
        SwitchPoint(thread);
        thread.Tick();
        thread.Remember(3);
        Append(thread, Pseudo(row), 0, thread.Clock);
        Log(thread, $"     unlock row {row}");
    }

    public bool IsAlive(ModelThread thread, long owner)
    {
        // An abandoned row names no process.
        if (owner == RowLayout.AbandonedOwner)
            return false;
        SwitchPoint(thread);
        thread.Tick();
        int index = RowLayout.ProcessIdOf(owner) - FirstProcessId;
        if (index < 0 || index >= _threadCount)
            throw new ViolationException($"The oracle is asked about an owner that never was: 0x{owner:X}.");
        Location location = Pseudo(FirstLiveness + index);
        StoreEvent state = location.Stores[location.Latest];
        location.Saw(thread.Index, thread.Step, location.Latest);
        thread.Remember(state.Id);
        bool alive = state.Value != Dead && !Mutation.OracleAlwaysSaysDead;
        if (alive)
            thread.NotePoll(location, location.Latest);
        else if (!Mutation.DeathOrdersNothing)
            thread.Clock = thread.Clock.Join(state.Released);
        Log(thread, $"     oracle: {_threads[index].Name} is {(alive ? "alive" : "dead")}");
        return alive;
    }

    /// <summary>A participant that holds a row from the start, as if it had attached long ago.</summary>
    public void StartAttached(ModelThread thread, int row, long* ownerWord, bool hasLocks)
    {
        *ownerWord = OwnerWord(thread);
        if (hasLocks)
            AtWord(PseudoWord(row), thread.Index + 1);
    }

    /// <summary>Lets a thread start only after something has happened to a row or to a participant: no sooner can it get a role.</summary>
    public void StartsWhenRowChanges(ModelThread thread, int row, long* ownerWord, bool hasLocks)
    {
        if (hasLocks)
        {
            thread.NotePoll(Pseudo(row), 0);
            return;
        }

        thread.NotePoll(At(ownerWord), 0);
        for (int i = 0; i < _threadCount; i++)
            thread.NotePoll(Pseudo(FirstLiveness + i), 0);
    }

    /// <summary>Lets a thread start only after another has ended, by dying or otherwise.</summary>
    public void StartsWhenEnded(ModelThread thread, ModelThread other) => thread.NotePoll(Pseudo(FirstLiveness + other.Index), 0);

    /// <summary>A process is gone: the kernel drops its locks and will say so.</summary>
    private void Bury(ModelThread thread)
    {
        thread.Tick();
        thread.Remember(4);
        for (int row = 0; row < FirstLiveness; row++)
        {
            if (_locations[PseudoWord(row)] is { } location && location.Stores[location.Latest].Value == thread.Index + 1)
                Append(thread, location, 0, thread.Clock);
        }

        Append(thread, Pseudo(FirstLiveness + thread.Index), Dead, thread.Clock);
    }

    private Location Pseudo(int index) => AtWord(PseudoWord(index), 0);

    private int PseudoWord(int index) => (int)(_regionBytes / sizeof(long)) + index;
}
