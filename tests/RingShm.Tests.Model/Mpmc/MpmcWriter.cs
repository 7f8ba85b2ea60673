using RingShm.Memory;
using RingShm.Mpmc;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>What a modelled producer does, over the shipped producer core.</summary>
internal sealed unsafe class MpmcWriter(MpmcWorld world, ModelThread me, int row)
    : MpmcParticipant(world, me, row, ParticipantRole.Producer)
{
    private readonly List<(OpenSlot Slot, VectorClock Start)> _claims = [];
    private MpmcProducerCore<ModelMemory, FreedWords<ModelMemory>> _core;
    private int _messages;

    /// <summary>Writes values one by one, each waiting for room.</summary>
    public void WriteValues(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (byte[] payload, int type) = Next(sizeof(long));
            long value = BitConverter.ToInt64(payload);
            World.Expect(Me, payload, type);
            if (!Operate(1, _ => _core.TryWriteFast(value, type) || _core.TryWrite(value, type) ? 1 : 0))
                return;
        }
    }

    /// <summary>Writes messages of these lengths, each waiting for room.</summary>
    public void Write(params int[] lengths)
    {
        foreach (int length in lengths)
        {
            (byte[] payload, int type) = Next(length);
            World.Expect(Me, payload, type);
            if (!Operate(World.Map.GranulesFor(length), _ => _core.TryWriteFast(payload, type) || _core.TryWrite(payload, type) ? 1 : 0))
                return;
        }
    }

    /// <summary>Writes values in batches until all are in.</summary>
    public void WriteValueBatches(int count)
    {
        while (count > 0)
        {
            int type = 0;
            long[] values = new long[count];
            List<(byte[] Payload, int Type)> batch = [];
            for (int i = 0; i < count; i++)
            {
                (byte[] payload, int first) = Next(sizeof(long));
                type = type == 0 ? first : type;
                values[i] = BitConverter.ToInt64(payload);
                batch.Add((payload, type));
            }

            batch.ForEach(message => World.Expect(Me, message.Payload, message.Type));
            int written = 0;
            if (!Operate(1, _ => written = _core.TryWriteBatch<long>(values, type)))
                return;
            // Those that did not fit are written anew.
            World.ExpectNothing(Me);
            count -= written;
        }
    }

    /// <summary>Writes messages of these lengths as batches until all are in.</summary>
    public void WriteBatches(params int[] lengths)
    {
        while (lengths.Length > 0)
        {
            int type = 0;
            ReadOnlyMemory<byte>[] payloads = new ReadOnlyMemory<byte>[lengths.Length];
            for (int i = 0; i < lengths.Length; i++)
            {
                (byte[] payload, int first) = Next(lengths[i]);
                type = type == 0 ? first : type;
                payloads[i] = payload;
                World.Expect(Me, payload, type);
            }

            int written = 0;
            if (!Operate(World.Map.GranulesFor(lengths[0]), _ => written = _core.TryWriteBatch(payloads, type)))
                return;
            World.ExpectNothing(Me);
            lengths = lengths[written..];
        }
    }

    /// <summary>Tries once to write a value, then does nothing more for as long as it lives.</summary>
    public void WriteOnceAndStay()
    {
        WriteOnce();
        Me.ClearPolls();
        Me.Await();
    }

    /// <summary>Tries once to write a value.</summary>
    public void WriteOnce()
    {
        (byte[] payload, int type) = Next(sizeof(long));
        World.Expect(Me, payload, type);
        VectorClock start = Me.Clock;
        if (_core.TryWrite(BitConverter.ToInt64(payload), type))
            World.NoteEnqueued(Me, start);
    }

    /// <summary>Claims room for a message and leaves the claim open.</summary>
    public bool Claim(int maxBytes)
    {
        OpenSlot slot = OpenSlot.None;
        VectorClock started = default;
        bool isOurs = Operate(World.Map.GranulesFor(maxBytes), start =>
        {
            started = start;
            return _core.TryClaim(maxBytes, out slot) ? 1 : 0;
        });
        if (isOurs)
            _claims.Add((slot, started));
        return isOurs;
    }

    /// <summary>Fills an open claim, by number, and publishes it with this length.</summary>
    public void Commit(int number, int length)
    {
        if (number >= _claims.Count)
            return;
        (OpenSlot slot, VectorClock start) = _claims[number];
        (byte[] payload, int type) = Next(length);
        ModelMemory.CopyIn(_core.PayloadAt(slot.Position), payload, Edge.M5);
        World.Expect(Me, payload, type);
        if (!_core.TryCommit(slot.Position, length, type))
            throw new ViolationException($"{Me.Name} cannot commit its claim at {slot.Position}.");
        World.NoteEnqueued(Me, start);
    }

    /// <summary>Fills an open claim, by number, and gives it up.</summary>
    public void Abort(int number)
    {
        if (number >= _claims.Count)
            return;
        OpenSlot slot = _claims[number].Slot;
        ModelMemory.CopyIn(_core.PayloadAt(slot.Position), [0xAB, 0xAB], Edge.M5);
        if (!_core.TryAbort(slot.Position))
            throw new ViolationException($"{Me.Name} cannot abort its claim at {slot.Position}.");
        World.Aborted();
    }

    /// <summary>Ends the ring, as its Complete does.</summary>
    public void Complete() => ModelMemory.StoreRelease(World.Map.Completed, 1, Edge.S12);

    protected override void Start() => _core = new MpmcProducerCore<ModelMemory, FreedWords<ModelMemory>>(World.Map, Row);

    protected override bool IsWorthTrying() => _core.IsWorthTrying();

    protected override bool LookForTheDead() => _core.LookForTheDead(Oracle);

    private bool Operate(int granules, Func<VectorClock, int> attempt)
    {
        bool done = WaitFor(start =>
        {
            if (attempt(start) == 0)
            {
                World.CheckFull(Me, start, granules);
                return false;
            }

            World.NoteEnqueued(Me, start);
            return true;
        });
        if (!done)
            World.StayedFull(Me, _core.Where.BlockedAt);
        return done;
    }

    private (byte[] Payload, int Type) Next(int length)
    {
        _messages++;
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
            payload[i] = (byte)((Me.Index << 6) + (_messages * 16) + i + 1);
        return (payload, (Me.Index * 1000) + _messages);
    }
}
