using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// Who waits behind something that another process holds, asleep or awaited, goes on when that process is killed, though nobody
/// rings; and waits on while it is only stopped.
/// </summary>
public sealed class DeadHolderTests
{
    /// <summary>Longer than the watchdog's patience: a wait that does not ask for the dead hangs.</summary>
    private static readonly WaitStrategy LongSleep = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromMinutes(10) };

    private static RingOptions Small => new() { CapacityBytes = 512, MaxMessageBytes = 40, WaitStrategy = LongSleep };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_consumer_that_waits_behind_a_claim_goes_on_when_its_owner_is_killed(bool isAwaited)
    {
        using Scene scene = new();
        using MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Peer peer = scene.Start("mpmc-hold", "role=producer", "hold=claim", "bytes=30");
        _ = peer.Expect("attached");
        Assert.True(producer.TryWrite("behind"u8, 7));
        Task<(int Type, bool Redelivered)> read = ReadOne(consumer, isAwaited);
        ProcessControl.Suspend(peer.Id);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(read.IsCompleted, "A stopped process has lost its claim.");
        peer.Kill();
        Assert.Equal((7, false), await read.WaitAsync(Watchdog.Limit, TestContext.Current.CancellationToken));
        Assert.Equal(1, ring.GetInfo().ClaimsRecovered);
        scene.ExpectClean();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_consumer_that_waits_gets_what_a_killed_one_had_leased(bool isAwaited)
    {
        using Scene scene = new();
        using MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.True(producer.TryWrite("leased"u8, 3));
        Peer peer = scene.Start("mpmc-hold", "role=consumer", "hold=lease", "count=1");
        _ = peer.Expect("attached");
        Task<(int Type, bool Redelivered)> read = ReadOne(consumer, isAwaited);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(read.IsCompleted);
        peer.Kill();
        Assert.Equal((3, true), await read.WaitAsync(Watchdog.Limit, TestContext.Current.CancellationToken));
        scene.ExpectClean();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_producer_that_waits_for_room_gets_it_from_a_killed_consumer(bool isAwaited)
    {
        using Scene scene = new();
        using MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        while (producer.TryWrite("first"u8, 1))
        {
            // Until it is full.
        }

        Peer peer = scene.Start("mpmc-hold", "role=consumer", "hold=lease", "count=1");
        _ = peer.Expect("attached");
        Task write = isAwaited
            ? producer.WriteAsync("next"u8.ToArray(), TestContext.Current.CancellationToken).AsTask()
            : Task.Run(() => Assert.True(producer.Write("next"u8, Timeout.InfiniteTimeSpan)), TestContext.Current.CancellationToken);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(write.IsCompleted);
        peer.Kill();
        // What it had leased comes again; with that, its place is free.
        Task<(int Type, bool Redelivered)> read = ReadReturned(consumer);
        Assert.Equal((1, true), await read.WaitAsync(Watchdog.Limit, TestContext.Current.CancellationToken));
        await write.WaitAsync(Watchdog.Limit, TestContext.Current.CancellationToken);
        scene.ExpectClean();
    }

    private static async Task<(int Type, bool Redelivered)> ReadOne(MpmcConsumer consumer, bool isAwaited)
    {
        if (isAwaited)
        {
            OwnedMessage owned = await consumer.ReadAsync();
            return (owned.Type, owned.Redelivered);
        }

        return await Task.Run(() =>
        {
            Assert.True(consumer.Read(out Message message, Timeout.InfiniteTimeSpan));
            using (message)
                return (message.Type, message.Redelivered);
        });
    }

    /// <summary>The message that comes again, among those that never were anybody's.</summary>
    private static async Task<(int Type, bool Redelivered)> ReadReturned(MpmcConsumer consumer)
    {
        await foreach (OwnedMessage message in consumer.ReadAllAsync())
        {
            if (message.Redelivered)
                return (message.Type, true);
        }

        throw new InvalidOperationException("The ring ended.");
    }
}
