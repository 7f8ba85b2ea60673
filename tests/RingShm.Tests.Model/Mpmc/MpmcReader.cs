using RingShm.Memory;
using RingShm.Mpmc;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>What a modelled consumer does, over the shipped consumer core.</summary>
internal sealed unsafe class MpmcReader(MpmcWorld world, ModelThread me, int row)
    : MpmcParticipant(world, me, row, ParticipantRole.Consumer)
{
    private MpmcConsumerCore<ModelMemory> _core;

    /// <summary>Takes values one by one until this many have come or nothing can come any more.</summary>
    public void TakeValues(int count = int.MaxValue)
    {
        World.TakesAndReleases(Me, true);
        Repeat(count, start =>
        {
            if (!_core.TryReadFast(out long value) && !_core.TryRead(out value))
                return 0;
            World.CheckTaken(Me, start, [value]);
            return 1;
        });
        World.TakesAndReleases(Me, false);
    }

    /// <summary>Takes values in batches.</summary>
    public void TakeValueBatches(int batch, int count = int.MaxValue)
    {
        World.TakesAndReleases(Me, true);
        long[] values = new long[batch];
        Repeat(count, start =>
        {
            int taken = _core.TryReadBatch<long>(values);
            World.CheckTaken(Me, start, values.AsSpan(0, taken));
            return taken;
        });
        World.TakesAndReleases(Me, false);
    }

    /// <summary>Leases messages one by one: take, read in place, release.</summary>
    public void Lease(int count = int.MaxValue) => Repeat(count, start =>
    {
        if (!TryTake(out OpenSlot lease))
            return 0;
        bool releasesFirst = World.Execution.Mutation.ReleasesBeforeReading;
        if (releasesFirst)
            _core.TryRelease(lease.Position);
        Hand(start, lease);
        if (!releasesFirst)
            Release(lease);
        return 1;
    });

    /// <summary>Takes as many leases as this order has numbers, then releases them in this order.</summary>
    public void LeaseSeveral(params int[] order)
    {
        List<OpenSlot> leases = [];
        Repeat(order.Length, start =>
        {
            if (!TryTake(out OpenSlot lease))
                return 0;
            Hand(start, lease);
            leases.Add(lease);
            return 1;
        });
        foreach (int number in order)
        {
            if (number < leases.Count)
                Release(leases[number]);
        }
    }

    /// <summary>Takes as many of those that are there as this order has numbers, then releases them in this order.</summary>
    public void LeaseThoseThere(params int[] order)
    {
        List<OpenSlot> leases = [];
        Me.ClearPolls();
        VectorClock start = Me.Clock;
        while (leases.Count < order.Length && TryTake(out OpenSlot lease))
        {
            Hand(start, lease);
            leases.Add(lease);
        }

        foreach (int number in order)
        {
            if (number < leases.Count)
                Release(leases[number]);
        }
    }

    /// <summary>Takes a batch and keeps it.</summary>
    public void TakeBatchAndKeep(int limit)
    {
        if (_core.TryTakeBatch(limit, out _) != limit)
            throw new ViolationException($"{Me.Name} found fewer than {limit} messages.");
    }

    /// <summary>Takes one message and keeps it.</summary>
    public void LeaseAndKeep() => Repeat(1, start =>
    {
        if (!TryTake(out OpenSlot lease))
            return 0;
        Hand(start, lease);
        return 1;
    });

    /// <summary>Looks for one more while the others stay open: those are marked then, whatever comes.</summary>
    public void Mark()
    {
        if (TryTake(out OpenSlot lease))
            throw new ViolationException($"{Me.Name} found a message at {lease.Position} that the program does not have.");
    }

    /// <summary>Waits until another row counts a mark, without learning more than that, then looks once more.</summary>
    public void LookWhenMarked(int otherRow)
    {
        Me.ClearPolls();
        while (ModelMemory.Load(World.Map.Row(otherRow).Marks, Edge.M21) == 0)
        {
            if (!Me.Await())
                return;
            Me.ClearPolls();
        }

        VectorClock start = Me.Clock;
        if (!TryTake(out OpenSlot lease))
            return;
        Hand(start, lease);
        Release(lease);
    }

    /// <summary>Waits for a message and holds it until nothing happens any more.</summary>
    public void LeaseForLong() => Repeat(1, start =>
    {
        if (!TryTake(out OpenSlot lease))
            return 0;
        Hand(start, lease);
        Me.ClearPolls();
        Me.Await();
        Release(lease);
        return 1;
    });

    /// <summary>Looks once whether there is anything to take or to come, and takes nothing that there is not.</summary>
    public void AskOnce()
    {
        VectorClock start = Me.Clock;
        if (TryTake(out OpenSlot lease))
        {
            Hand(start, lease);
            Release(lease);
        }
        else if (_core.IsDrained())
        {
            World.Drained(Me);
        }
    }

    /// <summary>Takes batches and settles all but so many of each; those come again.</summary>
    public void LeaseBatches(int batch, int unsettledOfFirst = 0, int count = int.MaxValue)
    {
        int unsettled = unsettledOfFirst;
        Repeat(count, start =>
        {
            int messages = _core.TryTakeBatch(batch, out OpenSlot slot);
            long position = slot.Position;
            for (int i = 0; i < messages; i++)
            {
                if (!_core.TryRecordAt(position, out MpmcRecord record, out long next))
                    throw new ViolationException($"{Me.Name} was handed a damaged record at {position}.");
                Hand(start, position, (int)(next - position), record, slot.IsRedelivered);
                position = next;
            }

            if (messages > 0)
                _core.SettleBatch(slot, messages, Math.Max(0, messages - unsettled));
            if (messages > 0 && unsettled > 0)
                RingOwn();
            unsettled = messages > 0 ? 0 : unsettled;
            return messages;
        });
    }

    protected override void Start() => _core = new MpmcConsumerCore<ModelMemory>(World.Map, Row);

    protected override bool IsWorthTrying() => _core.IsWorthTrying();

    protected override bool LookForTheDead() => _core.LookForTheDead(Oracle);

    private bool TryTake(out OpenSlot lease) => _core.TryTakeFast(out lease) || _core.TryTake(out lease);

    private void Hand(VectorClock start, in OpenSlot lease)
    {
        if (!_core.TryRecordOf(lease, out MpmcRecord record))
            throw new ViolationException($"{Me.Name} was handed a damaged record at {lease.Position}.");
        Hand(start, lease.Position, lease.Granules, record, lease.IsRedelivered);
    }

    private void Hand(VectorClock start, long position, int granules, in MpmcRecord record, bool isRedelivered)
    {
        byte[] payload = new byte[record.LengthBytes];
        ModelMemory.CopyOut(record.Payload, payload, Edge.M11);
        World.Deliver(Me, start, position, granules, record.Type, payload, isRedelivered);
    }

    private void Release(in OpenSlot lease)
    {
        if (!_core.TryRelease(lease.Position))
            throw new ViolationException($"{Me.Name} cannot release its lease at {lease.Position}.");
    }

    private void Repeat(int count, Func<VectorClock, int> attempt)
    {
        int had = 0;
        while (had < count)
        {
            bool isDrained = false;
            bool got = WaitFor(
                start =>
                {
                    int messages = attempt(start);
                    had += messages;
                    if (messages == 0)
                        World.CheckEmpty(Me, start);
                    return messages > 0;
                },
                isOver: () =>
                {
                    isDrained = World.Setting.AsksForTheEnd && _core.IsDrained();
                    if (isDrained)
                        World.Drained(Me);
                    return isDrained;
                });
            if (got)
                continue;
            if (!isDrained)
                World.RanOut(Me);
            return;
        }
    }
}
