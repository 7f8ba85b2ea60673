using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.TestPeer.Waking;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>A ring's own waiting between processes: who sleeps in <c>Read</c> is woken by another process, and may be killed there.</summary>
public sealed class SleepTests
{
    private const int Seed = 5;

    [Fact]
    public void A_consumer_asleep_in_another_process_gets_each_message_and_the_end()
    {
        const int Count = 100;
        using Scene scene = new(Count);
        using SpscRing ring = scene.CreateRing(1 << 12);
        using RegionBell bell = new(scene.Name);
        using SpscProducer producer = ring.AttachProducer();
        MessagePattern pattern = Pattern(ring);
        Peer consumer = StartConsumer(scene);
        for (int i = 0; i < Count; i++)
        {
            UntilAsleep(bell, consumer);
            Write(producer, pattern, i);
            Watchdog.Until(() => scene.Ledger.Delivered == i + 1, "the message's delivery");
        }

        // One that looks once more at just that moment needs no wake.
        Assert.InRange(bell.Rings, 1u, (uint)Count);
        UntilAsleep(bell, consumer);
        ring.Complete();
        consumer.ExpectSuccess();
        Assert.Equal(Count, ring.GetInfo().MessagesRead);
        scene.ExpectClean();
    }

    [Fact]
    public void A_consumer_killed_asleep_costs_the_producer_one_wake_and_its_successor_gets_everything()
    {
        const int Count = 20;
        using Scene scene = new(Count);
        using SpscRing ring = scene.CreateRing(1 << 12);
        using RegionBell bell = new(scene.Name);
        using SpscProducer producer = ring.AttachProducer();
        MessagePattern pattern = Pattern(ring);
        Peer killed = StartConsumer(scene);
        UntilAsleep(bell, killed);
        killed.Kill();
        Assert.True(bell.HasSleepers);
        for (int i = 0; i < Count - 1; i++)
            Write(producer, pattern, i);
        Assert.Equal(1u, bell.Rings);
        Assert.False(bell.HasSleepers);
        Peer successor = StartConsumer(scene);
        Watchdog.Until(() => scene.Ledger.Delivered == Count - 1, "the successor's catching up");
        UntilAsleep(bell, successor);
        Write(producer, pattern, Count - 1);
        Watchdog.Until(() => scene.Ledger.Delivered == Count, "the last message's delivery");
        ring.Complete();
        successor.ExpectSuccess();
        scene.ExpectClean();
    }

    private static Peer StartConsumer(Scene scene)
    {
        Peer consumer = scene.Start(
            "consume",
            [.. Scene.StreamArguments(Seed, SizeMix.Tiny, MessageNumber.InTag), $"mode={ReadMode.Sleep}", $"pace={PaceKind.Flat}"]);
        _ = consumer.Expect("attached");
        return consumer;
    }

    private static MessagePattern Pattern(SpscRing ring) => new(Seed, SizeMix.Tiny, (int)ring.MaxMessageBytes, MessageNumber.InTag);

    private static void Write(SpscProducer producer, MessagePattern pattern, long number)
    {
        byte[] payload = new byte[pattern.LengthOf(number)];
        pattern.Fill(payload, number);
        Assert.True(producer.TryWrite(payload, MessagePattern.TypeOf(number)));
    }

    private static void UntilAsleep(RegionBell bell, Peer sleeper) => Watchdog.Until(
        () => bell.HasSleepers && (!OperatingSystem.IsLinux() || ProcessControl.StateOf(sleeper.Id) == 'S'), "the consumer's sleep");
}
