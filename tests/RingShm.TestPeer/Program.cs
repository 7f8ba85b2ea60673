using RingShm;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;

// The child process of the cross-process tests: `RingShm.TestPeer COMMAND key=value…`. It reports on stdout, one line an
// event, and ends with 0 (done), 2 (a RingShm error, named on stdout) or 3 (it saw something that must never be seen).
PeerArguments arguments = PeerArguments.Parse(args);
try
{
    return arguments.Command switch
    {
        "produce" => ProduceCommand.Run(arguments),
        "consume" => ConsumeCommand.Run(arguments),
        "race" => RaceCommand.Run(arguments),
        "hold" => HoldCommand.Run(arguments),
        "claim" => ClaimCommand.Run(arguments),
        "seam" => RingShm.TestPeer.Seam.SeamProbe.Run(),
        "die" => DieCommand.Run(arguments),
        "fuzz" => FuzzCommand.Run(arguments),
        "pair" => PairCommand.Run(arguments),
        "publish" => PublishCommand.Run(arguments),
        "attach" => AttachCommand.Run(arguments),
        "sleep" => SleepCommand.Run(arguments),
        "ring" => RingCommand.Run(arguments),
        "mpmc-produce" => MpmcProduceCommand.Run(arguments),
        "mpmc-consume" => MpmcConsumeCommand.Run(arguments),
        "mpmc-die" => MpmcDieCommand.Run(arguments),
        "mpmc-ring-and-die" => MpmcRingAndDieCommand.Run(arguments),
        "doze" => DozeCommand.Run(arguments),
        "busy" => BusyCommand.Run(arguments),
        "mpmc-hold" => MpmcHoldCommand.Run(arguments),
        "mpmc-recover" => MpmcRecoverCommand.Run(arguments),
        "mpmc-pairs" => MpmcPairsCommand.Run(arguments),
        "broadcast-write" => BroadcastWriteCommand.Run(arguments),
        "broadcast-read" => BroadcastReadCommand.Run(arguments),
        "broadcast-await" => BroadcastAwaitCommand.Run(arguments),
        "broadcast-die" => BroadcastDieCommand.Run(arguments),
        "notify" => NotifyCommand.Run(arguments),
        "state-write" => StateWriteCommand.Run(arguments),
        "state-read" => StateReadCommand.Run(arguments),
        "state-die" => StateDieCommand.Run(arguments),
        _ => throw new ArgumentException($"Unknown command '{arguments.Command}'."),
    };
}
catch (RoleTakenException taken)
{
    Console.WriteLine($"taken {taken.OwnerProcessId} {taken.Message}");
    return 2;
}
catch (Exception failure) when (failure is RingException or TimeoutException)
{
    Console.WriteLine($"failed {failure.GetType().Name} {failure.Message}");
    return 2;
}
catch (MismatchException mismatch)
{
    Console.WriteLine($"bad {mismatch.Message}");
    return 3;
}
catch (Exception unexpected)
{
    // Said here, because some systems answer an unhandled exception with a debugger that waits for somebody.
    Console.WriteLine($"bad {unexpected}");
    return 3;
}
