using System.Threading.Tasks.Sources;
using RingShm.Memory;

namespace RingShm.Waiting;

/// <summary>
/// One handle's asynchronous waits, one at a time: it costs no thread and, after the first, no allocation. The hub finishes it;
/// continuations run on the thread pool.
/// </summary>
/// <remarks>
/// The doorbell's memory and the condition must stay usable until the wait has finished. To end it early, make the condition true
/// (a disposed handle, a completed ring) and call <see cref="Poke"/>.
/// </remarks>
internal sealed class AsyncWait : IValueTaskSource
{
    private static readonly Action<object?> PokeCallback = static wait => ((AsyncWait)wait!).Poke();

    private readonly Func<bool> _condition;
    private readonly AsyncHub _hub;
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellationToken;
    private HubThread? _thread;
    private uint _sequence;
    private bool _isAnnounced;

    /// <param name="doorbell">What is rung when the condition may have become true.</param>
    /// <param name="condition">What the wait is for; asked by the caller and by the hub's thread. Cheap, and without effect.</param>
    /// <param name="hub">Who waits; the process's own if null.</param>
    public AsyncWait(in Doorbell<DirectMemory> doorbell, Func<bool> condition, AsyncHub? hub = null)
    {
        Doorbell = doorbell;
        _condition = condition;
        _hub = hub ?? AsyncHub.Shared;
    }

    public Doorbell<DirectMemory> Doorbell { get; }

    /// <summary>The sequence on which the hub sleeps for it.</summary>
    public uint Sequence => _sequence;

    /// <summary>Completes when the condition is met, or with the condition's exception. A cancelled token ends it at once.</summary>
    /// <exception cref="InvalidOperationException">The previous wait has not been awaited to its end.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (_condition())
            return ValueTask.CompletedTask;
        if (_thread != null)
            throw new InvalidOperationException("Another asynchronous wait of this handle has not finished.");
        _core.Reset();
        _cancellationToken = cancellationToken;
        _isAnnounced = false;
        HubThread thread = _hub.Reserve();
        Volatile.Write(ref _thread, thread);
        // Before the hub knows of the wait, so that nobody finishes it while the registration is being stored.
        _registration = cancellationToken.UnsafeRegister(PokeCallback, this);
        ValueTask task = new(this, _core.Version);
        thread.Begin(this);
        return task;
    }

    /// <summary>Has the condition and the token looked at again, soon. Any thread, at any time.</summary>
    public void Poke() => Volatile.Read(ref _thread)?.Signal();

    public void GetResult(short token) => _core.GetResult(token);

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
            if (!_condition())
            {
                if (!_cancellationToken.IsCancellationRequested)
                    return false;
                failure = new OperationCanceledException(_cancellationToken);
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
        Volatile.Write(ref _thread, null);
        if (failure == null)
            _core.SetResult(true);
        else
            _core.SetException(failure);
    }
}
