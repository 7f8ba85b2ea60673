using RingShm.Layout;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;
using RingShm.Waiting;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>
/// Both doorbells of an MPMC ring, as its handles use them: whoever tries rings for the other side, whoever mends or returns for its own
/// too, and whoever is refused announces itself, fences, looks at the ring and sleeps.
/// </summary>
internal sealed unsafe class MpmcBells
{
    private readonly Execution _execution;
    private readonly ModelKernelDoorbell _kernel = new();
    private readonly Doorbell<ModelMemory> _data;
    private readonly Doorbell<ModelMemory> _space;

    /// <summary>By thread: it has made something available and not told of it yet.</summary>
    private readonly bool[] _owesRing = new bool[VectorClock.MaxThreads];
    private int _announcements;

    public MpmcBells(Execution execution, RingGeometry geometry, bool ringersFence)
    {
        _execution = execution;
        DoorbellMap words = new(execution.Region, geometry);
        IKernelDoorbell kernel = ringersFence ? new ModelKernelWithoutBarrier(_kernel) : _kernel;
        _data = new Doorbell<ModelMemory>(words.Data, kernel, ringersFence);
        _space = new Doorbell<ModelMemory>(words.Space, kernel, ringersFence);
    }

    /// <summary>How a sleep ended.</summary>
    public enum End
    {
        /// <summary>The ring has something, or somebody has rung.</summary>
        News,

        /// <summary>Its slice was over.</summary>
        Slice,
    }

    public void Observe(ModelThread me, in StoreNote note)
    {
        if (note.Edge == Edge.W4)
            _announcements++;
        // A word published or given up, freed, mended or returned: somebody may have waited for it.
        if (note.Edge is Edge.M6 or Edge.M13 or Edge.M18 or Edge.M22)
            _owesRing[me.Index] = true;
    }

    /// <summary>Before an attempt, for a mutation: whoever sleeps is told before there is anything to see.</summary>
    public void RingEarly(bool isProducer)
    {
        if (_execution.Mutation.RingsBeforePublishing)
            Others(isProducer).Ring();
    }

    /// <summary>After an attempt, whatever came of it.</summary>
    public void RingOthers(ModelThread me, bool isProducer)
    {
        if (!_execution.Mutation.RingsBeforePublishing)
            Others(isProducer).Ring();
        _owesRing[me.Index] = false;
    }

    /// <summary>After mending or returning, for those of the same side; <see cref="RingOthers"/> follows.</summary>
    public void RingOwn(bool isProducer)
    {
        if (!_execution.Mutation.MendsSilently)
            Own(isProducer).Ring();
    }

    /// <summary>For who has no side: both, after a fence.</summary>
    public void RingBoth(ModelThread me)
    {
        if (!_execution.Mutation.MendsSilently)
        {
            _data.Interrupt();
            _space.Interrupt();
        }

        _owesRing[me.Index] = false;
    }

    /// <summary>Sleeps after an attempt in vain.</summary>
    public End Sleep(ModelThread me, bool isProducer, Func<bool> isWorthTrying)
    {
        Condition condition = new(_kernel, me, isWorthTrying);
        _ = Own(isProducer).Sleep(ref condition, new WaitLimit(Timeout.InfiniteTimeSpan, TimeSpan.Zero, CancellationToken.None));
        if (!condition.HasSliceEnded)
            return End.News;
        // Who owes a ring may have died before it, or is about to ring. Nobody else's fate costs a slice.
        if (condition.SawSomething && !Array.Exists(_owesRing, static owes => owes))
            throw new ViolationException($"Lost wake-up: {me.Name} slept until its slice was over, and the ring has something for it.");
        return End.Slice;
    }

    /// <summary>What must hold at the end of every run.</summary>
    public void Judge()
    {
        if (_execution.Wakes > _announcements)
            throw new ViolationException($"{_execution.Wakes} wakes for {_announcements} announcements.");
        if (_execution.Deaths == 0 && (HasSleepers(_data) || HasSleepers(_space)))
            throw new ViolationException("Nobody sleeps any more, and a doorbell says that somebody does.");
    }

    private bool HasSleepers(in Doorbell<ModelMemory> doorbell) => DoorbellWord.HasSleepers(_execution.Peek(doorbell.Word));

    private ref readonly Doorbell<ModelMemory> Own(bool isProducer) => ref isProducer ? ref _space : ref _data;

    private ref readonly Doorbell<ModelMemory> Others(bool isProducer) => ref isProducer ? ref _data : ref _space;

    private struct Condition : IWaitCondition
    {
        private readonly ModelKernelDoorbell _kernel;
        private readonly ModelThread _me;
        private readonly Func<bool> _isWorthTrying;
        private readonly int _slices;
        private readonly bool _sawEarly;
        private bool _isFirst = true;

        public Condition(ModelKernelDoorbell kernel, ModelThread me, Func<bool> isWorthTrying)
        {
            _kernel = kernel;
            _me = me;
            _isWorthTrying = isWorthTrying;
            _slices = kernel.Slices[me.Index];
            // The mutation: the look comes before the announcement instead of after it.
            _sawEarly = me.Execution.Mutation.LooksBeforeAnnouncing && isWorthTrying();
        }

        public bool SawSomething { get; private set; }

        public readonly bool HasSliceEnded => _kernel.Slices[_me.Index] > _slices;

        public bool IsMet()
        {
            bool isFirst = _isFirst;
            _isFirst = false;
            Mutation mutation = _me.Execution.Mutation;
            SawSomething = isFirst && mutation.LooksBeforeAnnouncing ? _sawEarly
                : !(isFirst && mutation.SleepsWithoutLooking) && _isWorthTrying();
            return SawSomething || HasSliceEnded;
        }
    }
}
