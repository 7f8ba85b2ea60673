using System.Globalization;
using RingShm.Layout;
using RingShm.Mapping;
using RingShm.Tests.Processes.Support;
using RingShm.Waiting;

namespace RingShm.Tests.Processes;

/// <summary>Awaited reads and writes of broadcast rings between processes, some of which stop or die. A wake that is lost costs ten minutes here.</summary>
public sealed class BroadcastAwaitTests
{
    private static readonly RingOptions s_options = new()
    {
        CapacityBytes = 1024, MaxMessageBytes = 48, WaitStrategy = new WaitStrategy { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromMinutes(10) },
    };

    [Fact]
    public void Readers_that_await_in_other_processes_are_woken_by_each_message_and_by_the_end()
    {
        const int Count = 50;
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(s_options);
        using BroadcastWriter writer = ring.AttachWriter();
        Peer[] peers = [scene.Start("broadcast-await"), scene.Start("broadcast-await")];
        foreach (Peer peer in peers)
            _ = peer.Expect("attached");
        for (int i = 0; i < Count; i++)
        {
            Watchdog.Until(() => Sleepers(scene.Name) == peers.Length, "the readers' sleep");
            Assert.True(writer.WriteAsync(ReadOnlyMemory<byte>.Empty, i, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
            foreach (Peer peer in peers)
                Assert.Equal(i.ToString(CultureInfo.InvariantCulture), peer.Expect("got"));
        }

        Watchdog.Until(() => Sleepers(scene.Name) == peers.Length, "the readers' sleep");
        ring.Complete();
        foreach (Peer peer in peers)
        {
            Assert.Equal(Count.ToString(CultureInfo.InvariantCulture), peer.Expect("done"));
            peer.ExpectSuccess();
        }

        scene.ExpectClean();
    }

    [Fact]
    public async Task A_writer_that_awaits_waits_for_a_stopped_reader_and_goes_on_without_a_dead_one()
    {
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(s_options);
        using BroadcastWriter writer = ring.AttachWriter();
        Peer peer = scene.Start("broadcast-await");
        _ = peer.Expect("attached");
        ProcessControl.Suspend(peer.Id);
        while (writer.TryWrite([]))
        {
            // Until the stopped reader holds it.
        }

        Task write = writer.WriteAsync(ReadOnlyMemory<byte>.Empty, TestContext.Current.CancellationToken).AsTask();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(write.IsCompleted, "A stopped reader was taken for dead.");
        peer.Kill();
        // Nobody rings for the dead: the wait itself finds it out.
        Watchdog.Until(() => write.IsCompleted, "the awaited write going on");
        await write;
        Assert.True(writer.TryWrite([]));
        _ = Assert.Single(ring.GetInfo().Participants);
        scene.ExpectClean();
    }

    [Fact]
    public async Task A_writer_that_awaits_is_let_on_by_a_stopped_reader_that_goes_on()
    {
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(s_options);
        using BroadcastWriter writer = ring.AttachWriter();
        Peer peer = scene.Start("broadcast-await");
        _ = peer.Expect("attached");
        ProcessControl.Suspend(peer.Id);
        int count = 0;
        while (writer.TryWrite([], count))
            count++;
        Task<bool> wait = writer.WaitToWriteAsync(0, TestContext.Current.CancellationToken).AsTask();
        Assert.False(wait.IsCompleted);
        ProcessControl.Resume(peer.Id);
        Watchdog.Until(() => wait.IsCompleted, "room");
        Assert.True(await wait);
        for (int i = 0; i < count; i++)
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), peer.Expect("got"));
        ring.Complete();
        Assert.Equal(count.ToString(CultureInfo.InvariantCulture), peer.Expect("done"));
    }

    private static unsafe int Sleepers(string name)
    {
        RingRegion region = new(new RegionRequest(name, RegionMode.Open, new RingOptions(), RingKind.Broadcast, 0));
        int sleepers = DoorbellWord.Sleepers(Volatile.Read(ref *new DoorbellMap(region.Base, region.Header.Geometry).Data));
        region.ReleaseReference();
        return sleepers;
    }
}
