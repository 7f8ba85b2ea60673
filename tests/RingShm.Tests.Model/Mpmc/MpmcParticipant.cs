using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Mpmc;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>What producers and consumers have in common: how they come by a row, leave it, and wait.</summary>
internal abstract unsafe class MpmcParticipant(MpmcWorld world, ModelThread me, int row, ParticipantRole role)
{
    protected MpmcWorld World => world;

    protected ModelThread Me => me;

    protected MpmcRow Row => world.Map.Row(row);

    protected IRowOracle Oracle => world.Setting.Oracle;

    /// <summary>Has the row since before the program begins.</summary>
    public void Sit() => world.Execution.BeforeTheStart(me, Start);

    /// <summary>Comes by the row, if it has none. False when it can never become free.</summary>
    public bool Enter(bool isSeated)
    {
        me.OnStore = note =>
        {
            world.Observe(me, note);
            world.Bells?.Observe(me, note);
        };
        if (!isSeated && (me.IsQuiescent || !Attach()))
            return false;
        me.ClearPolls();
        me.Phase = role == ParticipantRole.Producer ? "produce" : "consume";
        if (!isSeated)
            Start();
        return true;
    }

    /// <summary>Gives the row back, as the handle's Dispose does. Left out where nobody looks at rows.</summary>
    public void Detach()
    {
        if (!world.Setting.LooksAtRows)
            return;
        me.Phase = "detach";
        RowProtocol<ModelMemory>.Release(Row.Owner, row, Oracle);
    }

    /// <summary>Loses the handle, as its finalizer does.</summary>
    public void Abandon()
    {
        me.Phase = "detach";
        RowProtocol<ModelMemory>.Abandon(Row.Owner, row, Oracle);
    }

    protected abstract void Start();

    /// <summary>The look of one that waits, as the handle's condition.</summary>
    protected abstract bool IsWorthTrying();

    private bool IsProducer => role == ParticipantRole.Producer;

    /// <summary>Asks the kernel, as a handle that is refused does.</summary>
    protected abstract bool LookForTheDead();

    /// <summary>Repeats an attempt until it succeeds. False when it never can.</summary>
    protected bool WaitFor(Func<VectorClock, bool> attempt, Func<bool>? isOver = null)
    {
        bool hasSlept = false;
        bool hasMended = false;
        while (true)
        {
            me.ClearPolls();
            VectorClock start = me.Clock;
            world.Bells?.RingEarly(IsProducer);
            bool isDone = attempt(start);
            world.Bells?.RingOthers(me, IsProducer);
            if (isDone)
                return true;
            if (isOver?.Invoke() == true)
                return false;
            // One attempt after each look that came to something; then a sleep, whatever the next look says.
            hasMended = !(hasMended && world.Bells != null) && world.Setting.LooksForTheDead && Look();

            // Whatever the look has changed is news, so waiting then ends at once.
            if (world.Bells == null)
            {
                if (!me.Await())
                    return false;
            }
            else if (!hasMended && !Sleep(world.Bells, ref hasSlept))
            {
                return false;
            }
        }
    }

    protected void RingOwn() => world.Bells?.RingOwn(IsProducer);

    private bool Look()
    {
        string phase = me.Phase;
        me.Phase = "recover";
        bool hasMended = LookForTheDead();
        if (hasMended)
        {
            RingOwn();
            world.Bells?.RingOthers(me, IsProducer);
        }
        else
        {
            world.NoteLookInVain();
        }

        me.Phase = phase;
        return hasMended;
    }

    /// <summary>False when two slices in a row were over with nothing done in between: whoever was to do something has had its turn.</summary>
    private bool Sleep(MpmcBells bells, ref bool hasSlept)
    {
        if (bells.Sleep(me, IsProducer, IsWorthTrying) == MpmcBells.End.News)
        {
            hasSlept = false;
            return true;
        }

        (bool again, hasSlept) = (!hasSlept, true);
        return again;
    }

    private bool Attach()
    {
        me.Phase = "attach";
        while (true)
        {
            me.ClearPolls();
            if (TryEnter())
            {
                world.Settled(me, row);
                return true;
            }

            if (!me.Await())
                return false;
        }
    }

    private bool TryEnter()
    {
        long self = Execution.OwnerWord(me);
        if (!world.Execution.Mutation.TakesRowsOfTheDead)
            return MpmcEntry<ModelMemory>.TryEnter(world.Map, Oracle, row, role, self, out _);
        // As if entering were taking the row over, whoever has died in it, and beginning anew.
        if (!RowProtocol<ModelMemory>.TryAcquire(Row.Owner, row, self, Oracle, out _))
            return false;
        ModelMemory.Store(Row.Role, (long)role, Edge.P4);
        MpmcRecovery<ModelMemory>.ClearRow(Row);
        return true;
    }
}
