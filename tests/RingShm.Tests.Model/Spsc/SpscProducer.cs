using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Spsc;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Spsc;

/// <summary>What a modelled producer does, over the shipped producer core; the specification hears of each commit as it happens.</summary>
internal sealed unsafe class SpscProducer(SpscWorld world, ModelThread me)
{
    private readonly List<(byte[] Payload, int Type)> _pending = [];
    private SpscProducerCore<ModelMemory> _core;
    private int _messages;
    private int _innerHeaders;

    /// <summary>Comes by the role. False when it can never become free.</summary>
    public bool Enter(Entry entry)
    {
        me.OnStore = note => Observe(note.Edge, note.Value);
        if (entry != Entry.Attached)
            return !me.IsQuiescent && Attach();
        _core = new SpscProducerCore<ModelMemory>(world.Map, world.Setting.StartPosition, messages: 0);
        return true;
    }

    private bool Attach()
    {
        me.Phase = "attach";
        long prior;
        me.ClearPolls();
        while (!RowProtocol<ModelMemory>.TryAcquire(
            world.OwnerWord(SpscLayout.ProducerRow), SpscLayout.ProducerRow, Execution.OwnerWord(me), world.Setting.Oracle, out prior))
        {
            if (!me.Await())
                return false;
        }

        world.TakeRole(me, SpscLayout.ProducerRow);
        me.Phase = "start producer";
        bool died = prior != RowLayout.FreeOwner && !world.Execution.Mutation.HidesDeathFromSuccessor;
        _core = SpscRoles<ModelMemory>.StartProducer(world.Map, died);
        me.Phase = "";
        return true;
    }

    /// <summary>Gives the role back, as the handle's Dispose does.</summary>
    public void Detach()
    {
        if (world.Execution.Mutation.FreesRowEarly)
        {
            SpscRows.Release(world, me, SpscLayout.ProducerRow);
            _core.StoreHints();
            return;
        }

        _core.StoreHints();
        SpscRows.Release(world, me, SpscLayout.ProducerRow);
    }

    /// <summary>Loses the handle, as its finalizer does.</summary>
    public void Abandon() => RowProtocol<ModelMemory>.Abandon(
        world.OwnerWord(SpscLayout.ProducerRow), SpscLayout.ProducerRow, world.Setting.Oracle);

    /// <summary>Writes messages of these lengths, each waiting for room. False when room can never come.</summary>
    public bool Write(params int[] lengths)
    {
        foreach (int length in lengths)
        {
            (byte[] payload, int type) = Expect(length);
            if (!WaitFor(length, () => _core.TryWrite(payload, type)))
                return false;
        }

        return true;
    }

    /// <summary>Writes values one by one.</summary>
    public bool WriteValues(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (byte[] payload, int type) = Expect(sizeof(long));
            long value = BitConverter.ToInt64(payload);
            if (!WaitFor(sizeof(long), () => _core.TryWrite(value, type)))
                return false;
        }

        return true;
    }

    /// <summary>One attempt to write values as a batch; returns how many went in.</summary>
    public int WriteValueBatch(int count)
    {
        int type = _messages + 1;
        long[] values = new long[count];
        _pending.Clear();
        _innerHeaders = 0;
        me.ClearPolls();
        for (int i = 0; i < count; i++)
        {
            byte[] payload = NextPayload(sizeof(long));
            _pending.Add((payload, type));
            values[i] = BitConverter.ToInt64(payload);
        }

        return _core.TryWriteBatch<long>(values, type);
    }

    /// <summary>Writes values in batches until all are in. False when room can never come.</summary>
    public bool WriteAllInBatches(int count)
    {
        while (true)
        {
            count -= WriteValueBatch(count);
            if (count == 0)
                return true;
            if (!me.Await())
            {
                world.ProducerStayedFull = true;
                return false;
            }
        }
    }

    /// <summary>One attempt to write messages of these lengths as a batch.</summary>
    public int WriteByteBatch(params int[] lengths)
    {
        int type = _messages + 1;
        _pending.Clear();
        _innerHeaders = 0;
        me.ClearPolls();
        ReadOnlyMemory<byte>[] payloads = new ReadOnlyMemory<byte>[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            byte[] payload = NextPayload(lengths[i]);
            _pending.Add((payload, type));
            payloads[i] = payload;
        }

        return _core.TryWriteBatch(payloads, type);
    }

    /// <summary>Claims room, fills part of it, and publishes less than claimed.</summary>
    public bool ClaimAndCommit(int claimed, int actual)
    {
        long* header = Reserve(claimed);
        if (header == null)
            return false;
        (byte[] payload, int type) = Expect(actual);
        ModelMemory.CopyIn(SpscMap.PayloadOf(header), payload, Edge.S2);
        _core.Publish(header, actual, type);
        return true;
    }

    /// <summary>Claims room, fills it, and gives it up.</summary>
    public bool ClaimAndAbort(int claimed)
    {
        long* header = Reserve(claimed);
        if (header == null)
            return false;
        byte[] garbage = new byte[claimed];
        garbage.AsSpan().Fill(0xAB);
        ModelMemory.CopyIn(SpscMap.PayloadOf(header), garbage, Edge.S2);
        _core.CountAborted();
        world.Aborted++;
        return true;
    }

    /// <summary>Waits until it has seen the consumer move on, then writes in the phase "blind", where a test lies to it.</summary>
    public void SeeRoomThenWriteBlind(int length)
    {
        me.ClearPolls();
        while (ModelMemory.LoadAcquire(world.Map.ConsumerPosition, Edge.S7) == world.Setting.StartPosition)
            me.Await();
        me.Phase = "blind";
        Write(length);
    }

    /// <summary>Ends the ring, as its Complete does.</summary>
    public void Complete()
    {
        me.OnStore ??= note => Observe(note.Edge, note.Value);
        ModelMemory.StoreRelease(world.Map.Completed, 1, Edge.S12);
    }

    private long* Reserve(int claimed)
    {
        long* header = null;
        WaitFor(claimed, () => (header = _core.TryReserve(claimed)) != null);
        return header;
    }

    private bool WaitFor(int lengthBytes, Func<bool> attempt)
    {
        while (true)
        {
            me.ClearPolls();
            VectorClock start = me.Clock;
            if (attempt())
                return true;
            world.CheckFull(me, start, lengthBytes);
            if (me.Await())
                continue;
            world.ProducerStayedFull = true;
            return false;
        }
    }

    private (byte[] Payload, int Type) Expect(int length)
    {
        byte[] payload = NextPayload(length);
        _pending.Clear();
        _pending.Add((payload, (me.Index * 1000) + _messages));
        _innerHeaders = 0;
        return _pending[0];
    }

    private byte[] NextPayload(int length)
    {
        _messages++;
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
            payload[i] = (byte)((me.Index << 6) + (_messages * 16) + i + 1);
        return payload;
    }

    private void Observe(Edge edge, long value)
    {
        if (edge == Edge.S10)
        {
            _innerHeaders++;
        }
        else if (edge == Edge.S3)
        {
            // A batch commits as many messages as it has headers; what did not fit is not part of it.
            for (int i = 0; i <= _innerHeaders; i++)
                world.Commit(me, _pending[i].Payload, _pending[i].Type);
            _pending.Clear();
            _innerHeaders = 0;
        }
        else if (edge == Edge.S12)
        {
            world.Complete(me);
        }
        else if (edge == Edge.P3)
        {
            world.LeaveRole(me, SpscLayout.ProducerRow);
        }
    }
}
