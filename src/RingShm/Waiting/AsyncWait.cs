using System.Diagnostics;
using System.Threading.Tasks.Sources;
using RingShm.Memory;

namespace RingShm.Waiting;

/// <summary>
/// One handle's asynchronous waits, one at a time: it costs no thread and, after the first, no allocation. The hub finishes it;
/// continuations run on the thread pool.
/// </summary>
/// <remarks>
/// To end it early, make the condition true (a disposed handle, a completed ring) and ring the doorbell or call <see cref="Poke"/>.
/// </remarks>
internal sealed class AsyncWait : IValueTaskSource<bool>
{
    private static readonly Action<object?> PokeCallback = static wait => ((AsyncWait)wait!).Poke();

    private readonly IAsyncCondition _condition;
    private readonly AsyncHub _hub;
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellationToken;
    private HubThread? _thread;
    private uint _sequence;
    private bool _isAnnounced;
    private bool _isMet;
    private TimeSpan _patience;
    private long _heldUpSince;

    /// <param name="doorbell">What is rung when the condition may have become true.</param>
    /// <param name="condition">What the wait is for; asked by the caller and by the hub's thread. Cheap, and without effect.</param>
    /// <param name="slice">
    /// How soon the hub looks again although nobody has rung; while nothing at all happens, after <see cref="HubThread.MostSlices"/> of them.
    /// </param>
    /// <param name="hub">Who waits; the process's own if null.</param>
    public AsyncWait(in Doorbell<DirectMemory> doorbell, IAsyncCondition condition, TimeSpan slice, AsyncHub? hub = null)
    {
        Doorbell = doorbell;
        Slice = slice;
        _condition = condition;
        _hub = hub ?? AsyncHub.Shared;
    }

    public Doorbell<DirectMemory> Doorbell { get; }

    private TimeSpan Slice { get; }

    /// <summary>Hub: how soon it is to be looked at again although nobody has rung.</summary>
    /// <param name="slices">How many slices it may sleep while nobody holds it up.</param>
    public TimeSpan LooksWithin(int slices) => _heldUpSince == 0 ? Slice * slices : _patience < Slice ? _patience : Slice;

    /// <summary>The sequence on which the hub sleeps for it.</summary>
    public uint Sequence => _sequence;

    /// <summary>
    /// True when the condition is met, or what it looks at is gone; false when somebody has held the wait up for as long as it has
    /// patience, and may be dead. Throws what the condition throws. A cancelled token ends it at once.
    /// </summary>
    /// <exception cref="InvalidOperationException">The previous wait has not been awaited to its end.</exception>
    public ValueTask<bool> WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        if (Volatile.Read(ref _thread) != null)
            throw new InvalidOperationException("Another asynchronous wait of this handle has not finished.");
        if (!_condition.TryBegin())
            return new ValueTask<bool>(true);
        bool begins = false;
        try
        {
            if (_condition.IsMet())
                return new ValueTask<bool>(true);
            _core.Reset();
            _cancellationToken = cancellationToken;
            _isAnnounced = false;
            _heldUpSince = 0;
            _patience = patience;
            HubThread thread = _hub.Reserve();
            begins = true;
            Volatile.Write(ref _thread, thread);
            // Before the hub knows of the wait, so that nobody finishes it while the registration is being stored.
            _registration = cancellationToken.UnsafeRegister(PokeCallback, this);
            ValueTask<bool> task = new(this, _core.Version);
            thread.Begin(this);
            return task;
        }
        finally
        {
            if (!begins)
                _condition.End();
        }
    }

    /// <summary>Has the condition and the token looked at again, soon. Any thread, at any time.</summary>
    public void Poke() => Volatile.Read(ref _thread)?.Signal();

    public bool GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Hub: announces the wait if it is not. True when it was not, and the hub must fence and look before it sleeps.</summary>
    public bool Announce()
    {
        if (_isAnnounced && !Doorbell.IsRung(_sequence))
            return false;
        _sequence = Doorbell.Announce();
        _isAnnounced = true;
        return true;
    }

    /// <summary>Hub: true when the wait is over. <see cref="Finish"/> must follow, and nothing else.</summary>
    public bool IsOver(out Exception? failure)
    {
        failure = null;
        try
        {
            _isMet = _condition.IsMet();
            if (!_isMet)
            {
                if (_cancellationToken.IsCancellationRequested)
                    failure = new OperationCanceledException(_cancellationToken);
                else if (!IsPatienceOver())
                    return false;
            }
        }
#pragma warning disable CA1031 // Whatever the condition throws belongs to whoever waits, not to the hub.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        if (_isAnnounced)
            Doorbell.Retract(_sequence);
        return true;
    }

    /// <summary>Hub: hands the result over. From here on the handle may wait again, or be gone.</summary>
    public void Finish(Exception? failure)
    {
        // Waits for a callback that is running; it only signals.
        _registration.Dispose();
        _registration = default;
        _condition.End();
        Volatile.Write(ref _thread, null);
        if (failure == null)
            _core.SetResult(_isMet);
        else
            _core.SetException(failure);
    }

    private bool IsPatienceOver()
    {
        if (!_condition.IsHeldUp())
        {
            _heldUpSince = 0;
            return false;
        }

        if (_heldUpSince != 0)
            return Stopwatch.GetElapsedTime(_heldUpSince) >= _patience;
        _heldUpSince = Stopwatch.GetTimestamp();
        return false;
    }
}
