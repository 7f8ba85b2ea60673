using System.Globalization;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>A stopped reader of a broadcast ring: writers wait for it, as long as it lives, or go on without it, as the ring was made.</summary>
public sealed class BroadcastSuspendTests
{
    private const int Seed = 5;
    private const int MaxMessageBytes = 100;
    private const int CapacityBytes = 4096;

    /// <summary>More than the ring holds.</summary>
    private const int Many = 1000;

    [Theory]
    [InlineData(nameof(BroadcastRead.Try))]
    [InlineData(nameof(BroadcastRead.Wait))]
    [InlineData(nameof(BroadcastRead.Batch))]
    public void Writers_wait_for_a_stopped_reader_which_goes_on_without_loss(string mode)
    {
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(Options(SlowReaderPolicy.HoldWriters));
        using Sender sender = new(ring);
        (Peer peer, Ledger notes) = Start(scene, "reader", mode);
        using Ledger disposed = notes;
        sender.Send(10);
        Watchdog.Until(() => notes.Progress == 10, $"the reader reading\n{peer.Description}");
        ProcessControl.Suspend(peer.Id);
        while (sender.TrySend())
            Assert.True(sender.Sent < Many, "A stopped reader's messages were written over.");
        for (int attempt = 0; attempt < 50; attempt++)
        {
            Assert.False(sender.TrySend(), "A stopped reader was taken for dead.");
            Assert.Equal(new RingRecovery(scene.Name, 0, 0, 0, 0, 0), ring.Recover());
            Thread.Sleep(5);
        }

        scene.ExpectClean();
        ProcessControl.Resume(peer.Id);
        sender.Send(Many);
        ring.Complete();
        peer.ExpectSuccess();
        ExpectAll(notes, sender);
        Assert.Equal(0, ring.GetInfo().ReadersEvicted);
        scene.ExpectClean();
    }

    [Fact]
    public void A_stopped_and_then_killed_reader_holds_nobody_up()
    {
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(Options(SlowReaderPolicy.HoldWriters));
        using Sender sender = new(ring);
        (Peer peer, Ledger notes) = Start(scene, "reader", nameof(BroadcastRead.Try));
        using Ledger disposed = notes;
        ProcessControl.Suspend(peer.Id);
        while (sender.TrySend())
            Assert.True(sender.Sent < Many, "A stopped reader's messages were written over.");
        peer.Kill();
        sender.Send(Many);
        Assert.Equal(0, ring.Recover().RowsWaiting);
        scene.ExpectClean();
        _ = Assert.Single(ring.GetInfo().Participants);
    }

    [Fact]
    public void Writers_that_evict_go_on_without_a_stopped_reader_which_is_told_while_another_misses_nothing()
    {
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(Options(SlowReaderPolicy.Evict));
        using Sender sender = new(ring);
        (Peer stopped, Ledger stoppedNotes) = Start(scene, "stopped", nameof(BroadcastRead.Wait));
        using Ledger disposed = stoppedNotes;
        (Peer other, Ledger otherNotes) = Start(scene, "other", nameof(BroadcastRead.Try));
        using Ledger disposedToo = otherNotes;
        ProcessControl.Suspend(stopped.Id);
        while (sender.Sent < Many)
        {
            Assert.True(sender.TrySend(), "A stopped reader held writers up.");
            // Or the other would be evicted as well, and rightly so.
            Watchdog.Until(() => other.HasExited || otherNotes.Progress == sender.Sent, "the other reader reading");
        }

        Assert.Equal(1, ring.GetInfo().ReadersEvicted);
        scene.ExpectClean();
        ProcessControl.Resume(stopped.Id);
        Assert.Equal(2, stopped.WaitForExit());
        Assert.True(stopped.HasSaid($"failed {nameof(ReaderEvictedException)}"), stopped.Description);
        ring.Complete();
        other.ExpectSuccess();
        ExpectAll(otherNotes, sender);
        scene.ExpectClean();
        _ = Assert.Single(ring.GetInfo().Participants);
    }

    private static RingOptions Options(SlowReaderPolicy policy) => new()
    {
        CapacityBytes = CapacityBytes, MaxMessageBytes = MaxMessageBytes, Delivery = BroadcastDelivery.Reliable, SlowReaders = policy,
    };

    private static (Peer Peer, Ledger Notes) Start(Scene scene, string what, string mode)
    {
        string path = scene.PathBeside(what);
        Ledger notes = Ledger.Create(path, 16);
        Peer peer = scene.Start(
            "broadcast-read", $"log={path}", $"seed={Seed.ToString(CultureInfo.InvariantCulture)}", $"mode={mode}", $"start={ReaderStart.Oldest}");
        _ = peer.Expect("attached");
        return (peer, notes);
    }

    private static void ExpectAll(Ledger notes, Sender sender)
    {
        Assert.Equal(sender.Sent, notes.Progress);
        Assert.Equal(1, notes.Noted(BroadcastReadCommand.NoteOf(Sender.Id)));
        Assert.Equal(sender.Sent, notes.Noted(BroadcastReadCommand.NoteOf(Sender.Id) + 1));
    }

    /// <summary>Writes numbered messages from this process.</summary>
    private sealed class Sender(BroadcastRing ring) : IDisposable
    {
        public const int Id = 1;

        private readonly MessagePattern _pattern = BroadcastWriteCommand.PatternFor(Seed, (int)ring.MaxMessageBytes);
        private readonly BroadcastWriter _writer = ring.AttachWriter();

        public long Sent { get; private set; }

        public bool TrySend()
        {
            if (!_writer.TryWrite(BroadcastWriteCommand.MessageOf(_pattern, Id, Sent), Id))
                return false;
            Sent++;
            return true;
        }

        public void Send(int count)
        {
            for (int i = 0; i < count; i++)
                Watchdog.Until(TrySend, "room in the ring");
        }

        public void Dispose() => _writer.Dispose();
    }
}
