using RingShm.Memory;
using RingShm.Tests.Model.Engine;
using RingShm.Waiting;

namespace RingShm.Tests.Model.Waiting;

/// <summary>
/// The shipped doorbell between ringers that publish and sleepers that take: the smallest mailbox in which a wake can be lost.
/// Each ringer counts what it has published in a word of its own; what is taken is counted by compare-and-swap.
/// </summary>
internal sealed unsafe class DoorbellWorld
{
    public const Edge Publish = (Edge)3000;
    public const Edge Look = (Edge)3001;
    public const Edge Take = (Edge)3002;

    private const int WordsApart = 16;

    private readonly Execution _execution;
    private readonly ModelKernelDoorbell _kernel = new();
    private readonly Doorbell<ModelMemory> _doorbell;
    private readonly int _ringers;
    private readonly int[] _published;
    private int _taken;
    private int _announcements;
    private int _sleepers;
    private bool _ringerMayDie;

    public DoorbellWorld(Execution execution, int ringers, bool ringersFence)
    {
        _execution = execution;
        _ringers = ringers;
        _published = new int[ringers];
        _doorbell = new Doorbell<ModelMemory>(
            (long*)execution.Region, ringersFence ? new ModelKernelWithoutBarrier(_kernel) : _kernel, ringersFence);
    }

    private long* TakenWord => (long*)_execution.Region + WordsApart;

    private long* PublishedWord(int ringer) => (long*)_execution.Region + ((2 + ringer) * WordsApart);

    /// <summary>Publishes so many messages and rings after each; or, as a batch, once.</summary>
    public void AddRinger(int ringer, int messages, bool batch = false, bool killable = false, bool interrupts = false)
    {
        _ringerMayDie |= killable;
        _execution.AddThread($"ringer {ringer + 1}", thread =>
        {
            thread.OnStore = note =>
            {
                if (note.Edge == Publish)
                    _published[ringer] = (int)note.Value;
            };
            for (int message = 1; message <= messages; message++)
            {
                ModelMemory.StoreRelease(PublishedWord(ringer), message, Publish);
                if (batch && message < messages)
                    continue;
                if (interrupts)
                    _doorbell.Interrupt();
                else
                    _doorbell.Ring();
            }
        }, killable);
    }

    /// <summary>Sleeps, takes, and ends when its sleep has ended by its time with nothing there.</summary>
    public void AddSleeper(int number, bool killable = false, int atMost = int.MaxValue)
    {
        _sleepers++;
        _execution.AddThread($"sleeper {number}", thread =>
        {
            CountAnnouncements(thread);
            for (int taken = 0; taken < atMost && SleepForMore(thread);)
                taken += TryTake() ? 1 : 0;
        }, killable);
    }

    /// <summary>Gives up as soon as it has announced itself and found nothing.</summary>
    public void AddQuitter(int number)
    {
        _sleepers++;
        _execution.AddThread($"quitter {number}", thread =>
        {
            CountAnnouncements(thread);
            Condition condition = new(this, thread);
            condition.Prepare();
            WaitLimit atOnce = new(Timeout.InfiniteTimeSpan, TimeSpan.Zero, new CancellationToken(canceled: true));
            if (_doorbell.Sleep(ref condition, atOnce))
                _ = TryTake();
        });
    }

    public void Judge()
    {
        int published = _published.Sum();
        bool anySleeperLives = false;
        foreach (ModelThread thread in _execution.Threads)
            anySleeperLives |= thread.Status == ThreadStatus.Finished && thread.Name.StartsWith("sleeper", StringComparison.Ordinal);
        if (anySleeperLives && _taken < published)
            throw new ViolationException($"Lost: {published} messages were published, {_taken} taken, and the sleepers have given up");
        if (_execution.Wakes > _announcements)
            throw new ViolationException($"{_execution.Wakes} wakes for {_announcements} announcements.");
        if (_execution.Deaths == 0 && DoorbellWord.HasSleepers(_execution.Peek(_doorbell.Word)))
            throw new ViolationException("Nobody sleeps any more, and the doorbell says that somebody does.");
    }

    private void CountAnnouncements(ModelThread thread) =>
        thread.OnStore = note => _announcements += note.Edge == Edge.W4 ? 1 : 0;

    /// <summary>False when a slice has ended, nothing can move any more, and there is nothing to take.</summary>
    private bool SleepForMore(ModelThread thread)
    {
        Condition condition = new(this, thread);
        condition.Prepare();
        _ = _doorbell.Sleep(ref condition, new WaitLimit(Timeout.InfiniteTimeSpan, TimeSpan.Zero, CancellationToken.None));
        if (!condition.HasSliceEnded)
            return true;
        // Only a ringer that died between its publication and its wake may cost a slice.
        if (condition.SawMore && (!_ringerMayDie || _execution.Deaths == 0))
            throw new ViolationException($"Lost wake-up: {thread.Name} slept until its slice was over beside a message.");
        return condition.SawMore;
    }

    private long LoadPublished()
    {
        long published = 0;
        for (int ringer = 0; ringer < _ringers; ringer++)
            published += ModelMemory.LoadAcquire(PublishedWord(ringer), Look);
        return published;
    }

    /// <summary>A single sleeper knows what is taken; several share a word.</summary>
    private long LoadTaken() => _sleepers == 1 ? _taken : ModelMemory.LoadAcquire(TakenWord, Take);

    private bool TryTake()
    {
        if (_sleepers == 1)
        {
            _taken++;
            return true;
        }

        long published = LoadPublished();
        long taken = LoadTaken();
        while (taken < published)
        {
            long found = ModelMemory.CompareExchange(TakenWord, taken + 1, taken, Take);
            if (found == taken)
            {
                _taken++;
                return true;
            }

            taken = found;
        }

        return false;
    }

    /// <summary>There is something to take, or the thread's slice has ended with nothing left that could move.</summary>
    private struct Condition(DoorbellWorld world, ModelThread thread) : IWaitCondition
    {
        private readonly int _slices = world._kernel.Slices[thread.Index];
        private bool _sawEarly;
        private bool _isFirst = true;

        public bool SawMore { get; private set; }

        public readonly bool HasSliceEnded => world._kernel.Slices[thread.Index] > _slices;

        /// <summary>For a mutation: looks before the announcement instead of after it.</summary>
        public void Prepare() => _sawEarly = thread.Execution.Mutation.LooksBeforeAnnouncing && LoadMore();

        public bool IsMet()
        {
            bool isFirst = _isFirst;
            _isFirst = false;
            SawMore = isFirst && thread.Execution.Mutation.LooksBeforeAnnouncing ? _sawEarly
                : !(isFirst && thread.Execution.Mutation.SleepsWithoutLooking) && LoadMore();
            return SawMore || HasSliceEnded;
        }

        private readonly bool LoadMore() => world.LoadPublished() > world.LoadTaken();
    }
}
