using System.Runtime.InteropServices;

namespace RingShm.Cli;

/// <summary>
/// What ends a command early: Ctrl-C, SIGTERM or a hang-up. The command sees a cancelled token and leaves in order. If it is
/// stuck in the kernel (a read from a terminal, a write to a pipe that nobody empties), the process ends without it: nothing
/// is lost by that, because a message leaves the ring only after its output was written.
/// </summary>
internal sealed class Ending : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private Timer? _lastResort;
    private int _exitCode;

    public Ending() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, Cli.ExitCode.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, Cli.ExitCode.Terminated)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => End(context, Cli.ExitCode.HungUp)),
    ];

    public CancellationToken Token => _source.Token;

    public bool IsRequested => _source.IsCancellationRequested;

    /// <summary>The exit code that the signal stands for.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _lastResort?.Dispose();
        _source.Dispose();
    }

    private void End(PosixSignalContext context, int exitCode)
    {
        // The second signal gets the system's own treatment: whoever repeats it is in a hurry.
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) != 0)
            return;
        context.Cancel = true;
        _lastResort = new Timer(_ => Environment.Exit(exitCode), null, Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }
}
