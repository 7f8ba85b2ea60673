namespace RingShm.TestPeer;

/// <summary>What a peer tells its parent, and what it waits for.</summary>
internal static class PeerSignals
{
    /// <summary>With <c>standby=1</c>: says that all is loaded and waits for a line, so that the next step happens at once.</summary>
    public static void StandBy(PeerArguments arguments)
    {
        if (!arguments.Flag("standby"))
            return;
        Say("standby");
        WaitForParent();
    }

    public static void Attached() => Say($"attached {Environment.ProcessId}");

    public static int Done(long count)
    {
        Say($"done {count}");
        return 0;
    }

    public static void Say(string line) => Console.WriteLine(line);

    /// <summary>Returns at the next line of stdin, or when the parent is gone.</summary>
    public static void WaitForParent() => _ = Console.In.ReadLine();
}
