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
        me.OnStore = note => world.Observe(me, note);
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

    /// <summary>Asks the kernel, as a handle that is refused does.</summary>
    protected abstract bool LookForTheDead();

    /// <summary>Repeats an attempt until it succeeds. False when it never can.</summary>
    protected bool WaitFor(Func<VectorClock, bool> attempt, Func<bool>? isOver = null)
    {
        while (true)
        {
            me.ClearPolls();
            VectorClock start = me.Clock;
            if (attempt(start))
                return true;
            if (isOver?.Invoke() == true)
                return false;
            if (world.Setting.LooksForTheDead)
            {
                string phase = me.Phase;
                me.Phase = "recover";
                if (!LookForTheDead())
                    world.NoteLookInVain();
                me.Phase = phase;
            }

            // Whatever the look has changed is news, so waiting then ends at once.
            if (!me.Await())
                return false;
        }
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
