using System.Runtime.InteropServices;

namespace RingShm.Tests.Model.Engine;

/// <summary>
/// One run of a program under a chooser, and the machinery that the next run reuses: who runs, who dies, when it is over.
/// Execution.Choices.cs holds who may move, Execution.Memory.cs and Execution.Payload.cs what accesses mean.
/// </summary>
/// <remarks>
/// Exactly one thread holds the baton. Before each access it asks the chooser who moves next and hands the baton over if
/// that is somebody else. The calling thread itself serves as the first worker, and a worker whose body ends continues with a
/// thread that has not started yet, so most runs need few hand-overs.
/// </remarks>
internal sealed unsafe partial class Execution : IDisposable
{
    private const int Quiesce = int.MaxValue;
    private const int StepLimit = 20_000;

    private readonly List<ModelThread> _threads = [];
    private readonly List<int> _options = [];
    private readonly SemaphoreSlim _done = new(0);
    private readonly Worker _driver = new();
    private readonly byte* _region;
    private readonly long _regionBytes;

    private Chooser _chooser = null!;
    private HashSet<ulong>? _visited;
    private int _threadCount;
    private int _killsLeft;
    private int _preemptionsLeft;
    private int _outstanding;
    private volatile bool _ending;
    private ModelThread? _resumeAfterDeath;
    private bool _isSettingUp;

    public Execution(long regionBytes, Mutation mutation)
    {
        _regionBytes = regionBytes;
        _region = (byte*)NativeMemory.AlignedAlloc((nuint)regionBytes, 4096);
        NativeMemory.Clear(_region, (nuint)regionBytes);
        _locations = new Location?[(regionBytes / sizeof(long)) + PseudoWords];
        Mutation = mutation;
    }

    public byte* Region => _region;

    public Mutation Mutation { get; }

    public MemoryModel MemoryModel { get; set; }

    public IReadOnlySet<Memory.Edge> FreshLoads { get; set; } = System.Collections.Frozen.FrozenSet<Memory.Edge>.Empty;

    public ReadOnlySpan<ModelThread> Threads => CollectionsMarshal.AsSpan(_threads)[.._threadCount];

    public string? Failure { get; private set; }

    /// <summary>True when the run stopped at a state that an earlier run has explored.</summary>
    public bool WasCut { get; private set; }

    public long Steps { get; private set; }

    /// <summary>The lines of the run, when tracing.</summary>
    public List<string>? Trace { get; private set; }

    /// <summary>True when no run was ended by an await that nothing could ever satisfy.</summary>
    public bool ReachedQuiescence { get; private set; }

    public int Deaths { get; private set; }

    /// <summary>Adds a participant to the coming run.</summary>
    public ModelThread AddThread(string name, Action<ModelThread> body, bool killable = false)
    {
        if (_threadCount == VectorClock.MaxThreads)
            throw new InvalidOperationException($"A program has at most {VectorClock.MaxThreads} threads.");
        if (_threadCount == _threads.Count)
            _threads.Add(new ModelThread(this, _threadCount));
        ModelThread thread = _threads[_threadCount++];
        thread.Reset(name, killable, body);
        return thread;
    }

    /// <summary>Runs the program once. <paramref name="visited"/> ends the run at the first fresh state that it already holds.</summary>
    public void Run(ModelProgram program, Chooser chooser, HashSet<ulong>? visited, bool trace)
    {
        ResetMemory();
        _chooser = chooser;
        _visited = visited;
        _threadCount = 0;
        _killsLeft = program.Kills;
        _preemptionsLeft = program.Preemptions;
        _ending = false;
        _resumeAfterDeath = null;
        Failure = null;
        WasCut = false;
        ReachedQuiescence = false;
        Deaths = 0;
        Wakes = 0;
        Steps = 0;
        Trace = trace ? [] : null;
        _privateWords.Clear();
        _isSettingUp = true;
        Action check = program.Setup(this);
        _isSettingUp = false;
        _outstanding = 1;
        ModelThread? first = Next(null);
        if (first != null)
            RunFrom(_driver, first);
        else
            _ending = true;
        if (Interlocked.Decrement(ref _outstanding) != 0)
            _done.Wait();
        if (Failure == null && !WasCut)
            Guard(check);
    }

    /// <summary>Runs a thread's body, then every not yet started thread that comes next, on this worker.</summary>
    public void RunFrom(Worker worker, ModelThread thread)
    {
        while (true)
        {
            thread.Worker = worker;
            thread.Status = ThreadStatus.Ready;
            ModelThread.Current = thread;
            Guard(() => thread.Body(thread));
            if (_ending)
                return;
            if (thread.Status != ThreadStatus.Dead)
            {
                // A process that ends is dead to the oracle; one that detached first holds nothing any more.
                thread.Status = ThreadStatus.Finished;
                Log(thread, "ends");
                Bury(thread);
            }

            ModelThread? next = Failure == null ? Next(null) : null;
            if (next == null)
            {
                End();
                return;
            }

            if (next.Status != ThreadStatus.NotStarted)
            {
                next.Worker!.Wake();
                return;
            }

            thread = next;
        }
    }

    public void WorkerLeft()
    {
        if (Interlocked.Decrement(ref _outstanding) == 0)
            _done.Release();
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_region);
        _done.Dispose();
        _driver.Dispose();
    }

    /// <summary>Lets a participant read and store in the region before anybody runs: what it did long before the program begins.</summary>
    public void BeforeTheStart(ModelThread thread, Action prepare)
    {
        if (!_isSettingUp)
            throw new InvalidOperationException("The program has begun.");
        ModelThread.Current = thread;
        prepare();
    }

    /// <summary>Ends the run with a finding.</summary>
    public void Fail(string message) => Failure ??= message;

    public bool Await(ModelThread thread)
    {
        thread.Status = ThreadStatus.Awaiting;
        SwitchPoint(thread);
        thread.Status = ThreadStatus.Ready;
        if (thread.IsQuiescent)
        {
            thread.ClearPolls();
            thread.IsQuiescent = false;
            return false;
        }

        // One of the words has moved on; which one the thread notices is a choice, and the others may still look old.
        int count = 0;
        foreach ((Location location, int index) in thread.Polled)
            count += location.HasChangedSince(index) ? 1 : 0;
        int chosen = count > 1 ? _chooser.Choose(count, count, ChoiceKind.Value) : 0;
        int step = thread.Tick();
        foreach ((Location location, int index) in thread.Polled)
        {
            if (location.HasChangedSince(index) && chosen-- == 0)
            {
                location.Saw(thread.Index, step, index + 1);
                thread.Remember((ulong)location.Word + 7);
                if (Trace != null)
                    Log(thread, $"notices a change of {NameOf(location)}");
            }
        }

        thread.ClearPolls();
        return true;
    }

    /// <summary>
    /// Every access passes here before it takes effect. Before a private one only this thread can go on, or die: no order of
    /// it and of what others do could be told apart, as the checks for races on it prove in passing.
    /// </summary>
    private void SwitchPoint(ModelThread thread, bool isPrivate = false)
    {
        if (_ending || thread.Status == ThreadStatus.Dead)
            throw ThreadEndedException.Instance;
        if (++Steps > StepLimit)
            throw new ViolationException($"No end after {StepLimit} steps: a livelock.");
        ModelThread? next = Next(thread, isPrivate);
        if (next == thread)
            return;
        if (next == null)
        {
            End();
            throw ThreadEndedException.Instance;
        }

        if (thread.Status == ThreadStatus.Dead)
        {
            // It died right here, on its own stack: unwind, and let its worker pick the next one again.
            _resumeAfterDeath = next;
            throw ThreadEndedException.Instance;
        }

        thread.IsParked = true;
        Pass(next);
        thread.Worker!.Park();
        thread.IsParked = false;
        if (_ending || thread.Status == ThreadStatus.Dead)
            throw ThreadEndedException.Instance;
    }

    private void Pass(ModelThread next)
    {
        if (next.Status != ThreadStatus.NotStarted)
        {
            next.Worker!.Wake();
            return;
        }

        Interlocked.Increment(ref _outstanding);
        Worker.Rent().Start(next);
    }

    /// <summary>The run is over: everybody who is parked in it unwinds.</summary>
    private void End()
    {
        _ending = true;
        foreach (ModelThread thread in Threads)
        {
            if (thread.IsParked)
                thread.Worker!.Wake();
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (ThreadEndedException)
        {
            // Killed, or the run is over.
        }
        catch (ViolationException violation)
        {
            Fail(violation.Message);
        }
        catch (Exception exception)
        {
            Fail($"{exception.GetType().Name}: {exception.Message}");
        }
    }
}
