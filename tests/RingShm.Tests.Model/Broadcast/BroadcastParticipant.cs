using RingShm.Broadcast;
using RingShm.Liveness;
using RingShm.Mpmc;
using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.State;

namespace RingShm.Tests.Model.Broadcast;

/// <summary>One writer or reader of a model ring: the shipped cores, and what it knows.</summary>
internal sealed unsafe class BroadcastParticipant(BroadcastWorld world, int row, ParticipantRole role, ReaderStart start, ReaderResume resume)
{
    private MpmcProducerCore<ModelMemory, RetainedRoom<ModelMemory>> _writer;
    private BroadcastReaderCore<ModelMemory> _reader;
    private int _written;

    public ModelThread Thread { get; set; } = null!;

    public int Row => row;

    public bool HasRow { get; private set; }

    /// <summary>It has read until there can be no more.</summary>
    public bool HasReadAll { get; private set; }

    /// <summary>The first position that it has not got.</summary>
    public long Next { get; set; }

    public void Run(ModelThread me, bool comes, Action<BroadcastParticipant> body)
    {
        me.OnStore = note => world.Observe(me, note);
        if (comes)
        {
            me.Phase = "attach";
            while (!BroadcastEntry<ModelMemory>.TryEnter(world.Map, world.Oracle, row, role, Execution.OwnerWord(me), out _))
            {
                if (!me.Await())
                    return;
                me.ClearPolls();
            }

            HasRow = true;
            Start();
        }

        me.Phase = role == ParticipantRole.Producer ? "write" : "read";
        body(this);
    }

    public void Start()
    {
        HasRow = true;
        if (role == ParticipantRole.Producer)
        {
            _writer = new(world.Map.Slots, world.Map.Row(row), new RetainedRoom<ModelMemory>(world.Map));
            return;
        }

        _reader = new(world.Map, world.Map.Row(row), start, resume);
        Next = _reader.Position;
    }

    public void Write(int count)
    {
        for (int i = 0; i < count; i++)
        {
            long value = (1000 * (Thread.Index + 1)) + _written++;
            world.Intend(Thread, value);
            while (true)
            {
                Thread.ClearPolls();
                if (_writer.TryWrite(new Twin(value), 0))
                    break;
                // Whatever the look has changed is news, so waiting then ends at once.
                _writer.LookForTheDead(world.Oracle);
                if (!Thread.Await())
                    throw new ViolationException($"{Thread.Name} finds the ring full for ever.");
            }
        }
    }

    /// <summary>Claims, and never ends it.</summary>
    public void Claim() => _writer.TryClaim(sizeof(Twin), out _);

    public void Abort()
    {
        if (_writer.TryClaim(sizeof(Twin), out OpenSlot claim))
            _writer.TryAbort(claim.Position);
    }

    /// <summary>Reads so many, or all that there is until nothing can come any more.</summary>
    public void Read(int most = int.MaxValue)
    {
        long told = _reader.MessagesLost;
        for (int i = 0; i < most; i++)
        {
            while (true)
            {
                Thread.ClearPolls();
                if (_reader.TryRead(out Twin value, out long lost))
                {
                    if (_reader.MessagesLost - told != lost)
                        throw new ViolationException($"{Thread.Name} lost {lost} and counts {_reader.MessagesLost - told}.");
                    told = _reader.MessagesLost;
                    world.Delivered(this, _reader.Position - 1, value, lost);
                    break;
                }

                _reader.LookForTheDead(world.Oracle);
                if (!Thread.Await())
                {
                    HasReadAll = true;
                    return;
                }
            }
        }
    }

    /// <summary>Reads so many in batches of two, as a handle of values does.</summary>
    public void ReadBatches(int most)
    {
        Span<Twin> values = stackalloc Twin[2];
        while (most > 0)
        {
            Thread.ClearPolls();
            long first = _reader.Position;
            int read = _reader.ReadInPlace(values[..Math.Min(most, values.Length)]);
            for (int i = 0; i < read; i++)
                world.Delivered(this, first + i, values[i], 0);
            if (read == 0)
                Read(1);
            most -= Math.Max(read, 1);
        }
    }

    /// <summary>Reads until it is told that writers went on without it, or until nothing comes.</summary>
    public void ReadOrBeEvicted()
    {
        try
        {
            Read();
        }
        catch (ReaderEvictedException)
        {
            if (world.Execution.Peek(world.Map.Row(row).Evicted) == 0)
                throw new ViolationException($"{Thread.Name} was told that it was evicted, and it was not.");
        }
    }

    /// <summary>Gives its place up, as the handle's Dispose does.</summary>
    public void Leave()
    {
        Thread.Phase = "leave";
        if (role == ParticipantRole.Consumer)
            _reader.Leave();
        HasRow = false;
        HasReadAll = false;
        RowProtocol<ModelMemory>.Release(world.Map.Row(row).Owner, row, world.Oracle);
    }
}
