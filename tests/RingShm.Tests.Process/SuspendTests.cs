using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>Either side stopped and continued in the middle of a stream.</summary>
public sealed class SuspendTests
{
    [ProcessProperty(6)]
    public void A_side_that_is_stopped_and_continued_keeps_its_role_and_loses_nothing(int seed, bool batches)
    {
        using Scene scene = new(4_000_000);
        SpscRing ring = scene.CreateRing(capacityBytes: 8192);
        string[] words = [.. Scene.StreamArguments(seed, SizeMix.Uniform, MessageNumber.Counted), "pace=bursts"];
        WriteMode write = batches ? WriteMode.Batch : WriteMode.Write;
        ReadMode read = batches ? ReadMode.Batch : ReadMode.Lease;
        Peer producer = scene.Start("produce", [.. words, $"mode={write}", "complete=1"]);
        Peer consumer = scene.Start("consume", [.. words, $"mode={read}"]);
        _ = producer.Expect("attached");
        _ = consumer.Expect("attached");
        Random random = new(seed);
        for (int stop = 0; stop < 12; stop++)
        {
            bool stopsProducer = random.Next(2) == 0;
            Peer side = stopsProducer ? producer : consumer;
            Thread.Sleep(random.Next(12));
            ProcessControl.Suspend(side.Id);
            RoleTakenException taken = Assert.Throws<RoleTakenException>(
                () => Roles.Attach(ring, stopsProducer ? "producer" : "consumer"));
            Assert.Equal(side.Id, taken.OwnerProcessId);
            Thread.Sleep(random.Next(20));
            ProcessControl.Resume(side.Id);
        }

        long delivered = scene.Ledger.Delivered;
        Watchdog.Until(() => scene.Ledger.Delivered > delivered, "the stream going on");
        scene.Ledger.IsStopped = true;
        producer.ExpectSuccess();
        consumer.ExpectSuccess();
        Assert.Equal(scene.Ledger.Published, scene.Ledger.Delivered);
        new DeliveryCheck().Judge(scene.Ledger);
        scene.ExpectClean();
    }
}
