using RingShm.Layout;
using RingShm.Spsc;
using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.Spsc;
using RingShm.Waiting;

namespace RingShm.Tests.Model.Waiting;

/// <summary>
/// The shipped SPSC cores and both doorbells together, as the handles use them: publish, ring, and for a sleep announce, fence, look at
/// the ring itself. The ring holds one message, so that both sides sleep.
/// </summary>
internal sealed unsafe class RingBellWorld
{
    private const int PayloadBytes = 24;

    private readonly Execution _execution;
    private readonly SpscMap _map;
    private readonly ModelKernelDoorbell _kernel = new();
    private readonly Doorbell<ModelMemory> _data;
    private readonly Doorbell<ModelMemory> _space;
    private readonly SpscSetting _setting = new(StartPosition: 64 + 48) { ChecksCounters = false };
    private int _written;
    private int _read;

    public RingBellWorld(Execution execution, bool ringersFence)
    {
        _execution = execution;
        _map = new SpscMap(execution.Region, _setting.Geometry);
        _setting.WriteInitialImage(_map);
        execution.DeclarePrivate(_map.ProducerMessages);
        execution.DeclarePrivate(_map.ConsumerMessages);
        execution.DeclarePrivate(_map.RedeliverBelow);
        execution.DeclarePrivate(_map.DeliveredThrough);
        execution.DeclarePrivate(_map.ConsumerRedelivered);
        execution.DeclarePrivate(_map.Completed);
        DoorbellMap words = new(execution.Region, _setting.Geometry);
        IKernelDoorbell kernel = ringersFence ? new ModelKernelWithoutBarrier(_kernel) : _kernel;
        _data = new Doorbell<ModelMemory>(words.Data, kernel, ringersFence);
        _space = new Doorbell<ModelMemory>(words.Space, kernel, ringersFence);
    }

    public static long RegionBytes => new SpscSetting().Geometry.TotalBytes;

    public void AddProducer(int messages, bool killable = false) => _execution.AddThread("producer", thread =>
    {
        Side side = new(this, thread) { Producer = new SpscProducerCore<ModelMemory>(_map, _setting.StartPosition, messages: 0) };
        byte[] payload = new byte[PayloadBytes];
        for (int message = 0; message < messages; message++)
        {
            while (true)
            {
                // The mutation: whoever is about to sleep is told before there is anything to see.
                if (_execution.Mutation.RingsBeforePublishing)
                    _data.Ring();
                if (side.Producer.TryWrite(payload, message))
                    break;
                if (!side.Sleep(_space))
                    return;
            }

            _written++;
            if (!_execution.Mutation.RingsBeforePublishing)
                _data.Ring();
        }
    }, killable);

    public void AddConsumer(int messages, bool killable = false) => _execution.AddThread("consumer", thread =>
    {
        Side side = new(this, thread)
        {
            IsConsumer = true,
            Consumer = new SpscConsumerCore<ModelMemory>(_map, _setting.StartPosition, redeliverBelow: 0, messages: 0),
        };
        for (int message = 0; message < messages; message++)
        {
            SpscRecord record;
            while (!side.Consumer.TryPeek(out record))
            {
                if (!side.Sleep(_data))
                    return;
            }

            if (record.Type != message)
                throw new ViolationException($"Message {record.Type} came in place {message}.");
            _read++;
            if (_execution.Mutation.RingsBeforePublishing)
                _space.Ring();
            side.Consumer.Release(record.SizeBytes);
            if (!_execution.Mutation.RingsBeforePublishing)
                _space.Ring();
        }
    }, killable);

    public void Judge()
    {
        if (_execution.Deaths > 0)
            return;
        if (_read < _written)
            throw new ViolationException($"Lost: {_written} messages were written and {_read} read.");
        if (DoorbellWord.HasSleepers(_execution.Peek(_data.Word)) || DoorbellWord.HasSleepers(_execution.Peek(_space.Word)))
            throw new ViolationException("Nobody sleeps any more, and a doorbell says that somebody does.");
    }

    private sealed class Side(RingBellWorld world, ModelThread thread)
    {
        public SpscProducerCore<ModelMemory> Producer;
        public SpscConsumerCore<ModelMemory> Consumer;

        public bool IsConsumer { get; init; }

        public bool IsWorthTrying => IsConsumer ? Consumer.IsWorthTrying() : Producer.IsWorthTrying(PayloadBytes);

        public int Slices => world._kernel.Slices[thread.Index];

        public Mutation Mutation => thread.Execution.Mutation;

        /// <summary>False when nothing will come any more, since the other side has died.</summary>
        public bool Sleep(in Doorbell<ModelMemory> doorbell)
        {
            Condition condition = new(this);
            _ = doorbell.Sleep(ref condition, new WaitLimit(Timeout.InfiniteTimeSpan, TimeSpan.Zero, CancellationToken.None));
            if (!condition.HasSliceEnded)
                return true;
            if (thread.Execution.Deaths == 0)
            {
                throw new ViolationException(condition.IsWorthTrying
                    ? $"Lost wake-up: the {thread.Name} slept until its slice was over, and the ring has something for it."
                    : $"The {thread.Name} sleeps for ever.");
            }

            return condition.IsWorthTrying;
        }
    }

    private struct Condition : IWaitCondition
    {
        private readonly Side _side;
        private readonly int _slices;
        private readonly bool _sawEarly;
        private bool _isFirst = true;

        public Condition(Side side)
        {
            _side = side;
            _slices = side.Slices;
            // The mutation: the look comes before the announcement instead of after it.
            _sawEarly = side.Mutation.LooksBeforeAnnouncing && side.IsWorthTrying;
        }

        public bool IsWorthTrying { get; private set; }

        public readonly bool HasSliceEnded => _side.Slices > _slices;

        public bool IsMet()
        {
            bool isFirst = _isFirst;
            _isFirst = false;
            IsWorthTrying = isFirst && _side.Mutation.LooksBeforeAnnouncing ? _sawEarly
                : !(isFirst && _side.Mutation.SleepsWithoutLooking) && _side.IsWorthTrying;
            return IsWorthTrying || HasSliceEnded;
        }
    }
}
