using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Spsc;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Spsc;

/// <summary>What a modelled consumer does, over the shipped consumer core; the specification hears of each delivery and release.</summary>
internal sealed unsafe class SpscConsumer(SpscWorld world, ModelThread me)
{
    private SpscConsumerCore<ModelMemory> _core;
    private bool _takes;
    private int _next;

    /// <summary>Comes by the role. False when it can never become free.</summary>
    public bool Enter(Entry entry)
    {
        me.OnStore = note => Observe(note.Edge, note.Value);
        if (entry != Entry.Attached)
            return !me.IsQuiescent && Attach();
        _core = new SpscConsumerCore<ModelMemory>(world.Map, world.Setting.StartPosition, redeliverBelow: 0, messages: 0);
        return true;
    }

    private bool Attach()
    {
        me.Phase = "attach";
        long prior;
        me.ClearPolls();
        while (!RowProtocol<ModelMemory>.TryAcquire(
            world.OwnerWord(SpscLayout.ConsumerRow), SpscLayout.ConsumerRow, Execution.OwnerWord(me), world.Setting.Oracle, out prior))
        {
            if (!me.Await())
                return false;
        }

        world.TakeRole(me, SpscLayout.ConsumerRow);
        me.Phase = "start consumer";
        bool died = prior != RowLayout.FreeOwner && !world.Execution.Mutation.HidesDeathFromSuccessor;
        _core = SpscRoles<ModelMemory>.StartConsumer(world.Map, died);
        _next = world.Released;
        me.Phase = "";
        return true;
    }

    /// <summary>Gives the role back.</summary>
    public void Detach() => SpscRows.Release(world, me, SpscLayout.ConsumerRow);

    /// <summary>Peeks, hands out, and loses the handle with the lease open, as its finalizer finds it.</summary>
    public void LeaseAndAbandon()
    {
        me.ClearPolls();
        SpscRecord record;
        while (!_core.TryPeek(out record))
        {
            if (!me.Await())
                break;
        }

        if (!record.IsEmpty)
            Hand(_core.Position, record);
        RowProtocol<ModelMemory>.Abandon(
            world.OwnerWord(SpscLayout.ConsumerRow), SpscLayout.ConsumerRow, world.Setting.Oracle);
    }

    /// <summary>Takes values one by one until this many have come or nothing can come any more.</summary>
    public void TakeValues(int count = int.MaxValue)
    {
        _takes = true;
        Repeat(count, () =>
        {
            long position = _core.Position;
            if (!_core.TryRead(out long value))
                return 0;
            Check(position, BitConverter.GetBytes(value));
            return 1;
        });
    }

    /// <summary>Takes values in batches.</summary>
    public void TakeValueBatches(int batch, int count = int.MaxValue)
    {
        _takes = true;
        long[] values = new long[batch];
        Repeat(count, () =>
        {
            long position = _core.Position;
            int taken = _core.TryReadBatch<long>(values);
            for (int i = 0; i < taken; i++, position += RecordLayout.SizeOf(sizeof(long)))
                Check(position, BitConverter.GetBytes(values[i]));
            return taken;
        });
    }

    /// <summary>Leases messages one by one: peek, read in place, release.</summary>
    public void Lease(int count = int.MaxValue)
    {
        _takes = false;
        Repeat(count, () =>
        {
            if (!_core.TryPeek(out SpscRecord record))
                return 0;
            if (world.Execution.Mutation.ReleasesBeforeReading)
                _core.Release(record.SizeBytes);
            long position = world.Execution.Mutation.ReleasesBeforeReading ? _core.Position - record.SizeBytes : _core.Position;
            Hand(position, record);
            if (!world.Execution.Mutation.ReleasesBeforeReading)
                _core.Release(record.SizeBytes);
            return 1;
        });
    }

    /// <summary>Waits until it has seen a message, then leases in the phase "blind", where a test lies to it.</summary>
    public void SeeMessageThenLeaseBlind()
    {
        me.ClearPolls();
        while (!_core.TryPeek(out _))
            me.Await();
        me.Phase = "blind";
        Lease();
    }

    /// <summary>Hands out messages in batches that are released at their end, noting each before it is handed out.</summary>
    public void NotedBatches(int batch, int count = int.MaxValue)
    {
        _takes = false;
        Repeat(count, () =>
        {
            long position = _core.Position;
            int messages = 0;
            int redelivered = 0;
            while (messages < batch && _core.TryPeekAt(position, out SpscRecord record))
            {
                long end = position + record.SizeBytes;
                if (!world.Execution.Mutation.NotesAfterDelivery)
                    _core.NoteDelivered(end);
                redelivered += _core.IsRedelivered(position) ? 1 : 0;
                Hand(position, record);
                if (world.Execution.Mutation.NotesAfterDelivery)
                    _core.NoteDelivered(end);
                position = end;
                messages++;
            }

            if (messages > 0)
                _core.ReleaseBatch(position - _core.Position, messages, redelivered);
            return messages;
        });
    }

    /// <summary>
    /// Hands out one batch and releases only its first messages, as a handler that throws or a batch that is settled in part does;
    /// then goes on with batches of one. What it leaves comes again, to it or to its successor.
    /// </summary>
    public void NotedBatchSettledInPart(int batch, int settled, int andThen)
    {
        _takes = false;
        Repeat(1, () =>
        {
            long start = _core.Position;
            long position = start;
            long releasedEnd = start;
            int messages = 0;
            for (; messages < batch && _core.TryPeekAt(position, out SpscRecord record); messages++)
            {
                position += record.SizeBytes;
                _core.NoteDelivered(position);
                Hand(position - record.SizeBytes, record);
                releasedEnd = messages < settled ? position : releasedEnd;
            }

            if (releasedEnd > start)
                _core.ReleaseBatch(releasedEnd - start, Math.Min(messages, settled), redelivered: 0);
            _next = world.Released;
            me.Phase = "end batch";
            if (!world.Execution.Mutation.ForgetsRestOfBatch)
                _core.EndBatch(position);
            me.Phase = "";
            return messages;
        });
        NotedBatches(1, andThen);
    }

    private void Hand(long position, in SpscRecord record)
    {
        byte[] payload = new byte[record.LengthBytes];
        ModelMemory.CopyOut(record.Payload, payload, Edge.S5);
        world.Deliver(me, _next++, position, record.Type, payload, _core.IsRedelivered(position));
    }

    /// <summary>Taken and released in one step: never delivered twice, so there is no flag to judge, and a value has no type.</summary>
    private void Check(long position, byte[] payload)
    {
        if (_next >= world.Committed.Count)
            throw new ViolationException($"{me.Name} took message {_next}, but only {world.Committed.Count} are committed.");
        CommittedMessage expected = world.Committed[_next++];
        if (position != expected.Position || !payload.AsSpan().SequenceEqual(expected.Payload))
        {
            throw new ViolationException(
                $"{me.Name} took {Convert.ToHexString(payload)} at {position}; committed was "
                + $"{Convert.ToHexString(expected.Payload)} at {expected.Position}.");
        }
    }

    private void Repeat(int count, Func<int> attempt)
    {
        int had = 0;
        while (had < count)
        {
            me.ClearPolls();
            VectorClock start = me.Clock;
            int got = attempt();
            had += got;
            if (got > 0)
                continue;
            world.CheckEmpty(me, start, _next);
            if (IsDrained())
            {
                world.Drained(me, _next);
                return;
            }

            if (!me.Await())
            {
                world.ConsumerRanOut = true;
                return;
            }
        }
    }

    private bool IsDrained()
    {
        if (!world.Setting.AsksForTheEnd)
            return false;
        if (world.Execution.Mutation.LooksForTheEndLast)
            return !_core.TryPeek(out _) && ModelMemory.LoadAcquire(world.Map.Completed, Edge.S13) != 0;
        return _core.IsDrained();
    }

    private void Observe(Edge edge, long value)
    {
        if (edge == Edge.S6)
        {
            world.Release(me, value);
            if (_takes)
                world.DeliverReleased();
        }
        else if (edge == Edge.P3)
        {
            world.LeaveRole(me, SpscLayout.ConsumerRow);
        }
    }
}
