using System.Globalization;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// A real SIGKILL, or a real SIGSTOP, in a real process at every access to shared memory that an operation of a state cell makes: k = 1, 2, …
/// until it completes. The others read a whole value at once and go on writing, whoever stands or lies where; a newcomer gets a row, and
/// nothing is left of the dead.
/// </summary>
public sealed class StateKillPointTests
{
    private const int MaxValueBytes = 150;
    private const long Survivor = 1;
    private const int Buffers = 8;

    /// <summary>Four rows that participants share: the survivor, the victim, a newcomer, and one that dies before.</summary>
    private static RingOptions Options => new() { MaxMessageBytes = MaxValueBytes, MaxParticipants = 4 };

    public static TheoryData<string> All => [.. Enum.GetNames<StateKill>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Killed_at_any_access_it_leaves_a_whole_value_and_holds_up_nobody(string operation)
    {
        int accesses = 0;
        for (int k = 1; !KillAt(operation, k); k += Soak.Thin)
            accesses = k;
        Assert.True(accesses > 0, "The operation makes no access; nothing was shown.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation}: killed at {(Soak.Thin == 1 ? "each" : $"every {Soak.Thin}th")} of {accesses} accesses");
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.StopsItself)]
    [InlineData(nameof(StateKill.Write))]
    [InlineData(nameof(StateKill.Update))]
    [InlineData(nameof(StateKill.WriteAndHelp))]
    [InlineData(nameof(StateKill.Read))]
    [InlineData(nameof(StateKill.ReadPinned))]
    public void Stopped_at_any_access_it_holds_up_nobody_and_finishes_when_it_runs_again(string operation)
    {
        int accesses = 0;
        for (int k = 1; !StopAt(operation, k); k += Soak.Thin)
            accesses = k;
        Assert.True(accesses > 0, "The operation makes no access; nothing was shown.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation}: stopped at {(Soak.Thin == 1 ? "each" : $"every {Soak.Thin}th")} of {accesses} accesses");
    }

    /// <summary>True when the operation was over before it could die.</summary>
    private static bool KillAt(string operation, int k)
    {
        using Scene scene = new();
        using StateCell cell = scene.CreateStateCell(Options);
        using StateWriter survivor = cell.AttachWriter();
        byte[] room = new byte[MaxValueBytes];
        Assert.Equal(1, survivor.Write(StatePattern.Fill(room, StatePattern.NumberOf(Survivor, 1))));
        Peer victim = scene.Start("state-die", $"operation={operation}", $"at={k.ToString(CultureInfo.InvariantCulture)}");
        Assert.NotEqual(0, victim.WaitForExit());
        bool survived = victim.HasSaid("survived");
        Assert.False(victim.HasSaid("bad"), victim.Description);
        scene.ExpectClean();

        // The old value or the new one, whole; the new one for certain if the victim had been told so.
        long number = ReadOne(survivor, out long version);
        Assert.True(version is 1 or 2, $"version {version} after {operation} was killed at access {k}");
        Assert.Equal(version == 1 ? Survivor : StateDieCommand.Victim, StatePattern.WriterOf(number));
        Assert.True(version == 2 || scene.Ledger.Published == 0, "A value that was written is gone.");
        Assert.True(version == 1 || scene.Ledger.Attempted == 1, "A value came from nowhere.");
        GoOn(survivor, room, version);

        using (StateCell other = StateCell.Open(scene.Name))
        using (StateReader newcomer = other.AttachReader())
            Assert.Equal(Survivor, StatePattern.WriterOf(ReadOne(newcomer, out _)));
        Assert.Equal(0, cell.Recover().RowsWaiting);
        scene.ExpectClean();
        Assert.Equal([Environment.ProcessId], cell.GetInfo().Participants.Select(participant => participant.ProcessId));
        GoOn(survivor, room, survivor.Version);
        return survived;
    }

    /// <summary>True when the operation was over before it could stop.</summary>
    private static bool StopAt(string operation, int k)
    {
        using Scene scene = new();
        using StateCell cell = scene.CreateStateCell(Options);
        using StateWriter survivor = cell.AttachWriter();
        byte[] room = new byte[MaxValueBytes];
        Assert.Equal(1, survivor.Write(StatePattern.Fill(room, StatePattern.NumberOf(Survivor, 1))));
        Peer stopped = scene.Start("state-die", $"operation={operation}", $"at={k.ToString(CultureInfo.InvariantCulture)}", "stop=1");
        Watchdog.Until(() => stopped.HasExited || ProcessControl.StateOf(stopped.Id) == 'T', "the process stopping");
        bool isOver = stopped.HasExited;
        _ = ReadOne(survivor, out long version);
        GoOn(survivor, room, version);
        // Nothing is taken from it, and nobody had to.
        Assert.Equal(0, cell.Recover().RowsWaiting);
        if (!isOver)
            ProcessControl.Resume(stopped.Id);
        Assert.NotEqual(0, stopped.WaitForExit());
        Assert.True(stopped.HasSaid("survived"), stopped.Description);
        scene.ExpectClean();
        long number = ReadOne(survivor, out long last);
        // What it had begun to write before it stopped may come late, and is then the latest.
        Assert.Contains(StatePattern.WriterOf(number), new[] { Survivor, StateDieCommand.Victim });
        GoOn(survivor, room, last);
        return isOver;
    }

    /// <summary>Writes every buffer several times over, and reads each value back.</summary>
    private static void GoOn(StateWriter writer, byte[] room, long version)
    {
        for (int i = 1; i <= 4 * Buffers; i++)
        {
            long number = StatePattern.NumberOf(Survivor, version + i);
            Assert.Equal(version + i, writer.Write(StatePattern.Fill(room, number)));
            Assert.Equal(number, ReadOne(writer, out _));
        }
    }

    private static long ReadOne(StateReader reader, out long version)
    {
        byte[] value = reader.Read(out StateStamp stamp);
        version = stamp.Version;
        return StatePattern.Check(value, MaxValueBytes);
    }
}
