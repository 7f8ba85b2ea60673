using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>One stream between two processes, as FsCheck draws it.</summary>
public sealed record StreamCase
{
    internal long CapacityBytes { get; init; }

    internal long MaxMessageBytes { get; init; }

    internal SizeMix Sizes { get; init; }

    internal WriteMode Write { get; init; }

    internal ReadMode Read { get; init; }

    internal PaceKind ProducerPace { get; init; }

    internal PaceKind ConsumerPace { get; init; }

    internal int Messages { get; init; }

    internal int Seed { get; init; }

    internal bool ConsumerFirst { get; init; }

    internal bool IsTyped => Write >= WriteMode.Typed8;

    /// <summary>The case in one line, for the report of a failure.</summary>
    public override string ToString() =>
        $"capacity {CapacityBytes}, max {MaxMessageBytes}, {Sizes}, {Write}/{ProducerPace} → {Read}/{ConsumerPace}, "
        + $"{Messages} messages, seed {Seed}, {(ConsumerFirst ? "consumer" : "producer")} first";
}

/// <summary>
/// Streams through real child processes: whatever the sizes, the ring, the pacing and the way of reading and writing, the
/// receiver gets every message once, in order, byte for byte. RINGSHM_SOAK_SECONDS draws more cases (see <see cref="Soak"/>).
/// </summary>
public sealed class StreamTests
{
    [ProcessProperty(24, Arbitrary = [typeof(StreamCases)])]
    public void Every_message_arrives_once_in_order_and_unchanged_across_processes(StreamCase stream)
    {
        using Scene scene = new(stream.Messages);
        Create(scene, stream);
        string[] words = Scene.StreamArguments(
            stream.Seed, stream.Sizes, stream.Write == WriteMode.Batch ? MessageNumber.Counted : MessageNumber.InTag);
        Peer? consumer = stream.ConsumerFirst ? StartConsumer(scene, stream, words) : null;
        Peer producer = scene.Start(
            "produce",
            [.. words, $"mode={stream.Write}", $"pace={stream.ProducerPace}", Count(stream.Messages), "complete=1"]);
        _ = producer.Expect("attached");
        consumer ??= StartConsumer(scene, stream, words);
        Watchdog.UntilWithProgress(
            () => consumer.HasExited || producer.HasExited,
            () => scene.Ledger.Delivered,
            $"streaming\n{producer.Description}{consumer.Description}");
        producer.ExpectSuccess();
        consumer.ExpectSuccess();

        Assert.Equal(stream.Messages, scene.Ledger.Published);
        Assert.Equal(stream.Messages, scene.Ledger.Delivered);
        new DeliveryCheck().Judge(scene.Ledger);
        scene.ExpectClean();
        RingInfo info = scene.Inspect();
        Assert.Equal(stream.Messages, info.MessagesWritten);
        Assert.Equal(stream.Messages, info.MessagesRead);
        Assert.Equal(0, info.UsedBytes);
        Assert.Equal(0, info.ProducerTakeovers + info.ConsumerTakeovers);
        Assert.Empty(info.Participants);
    }

    private static Peer StartConsumer(Scene scene, StreamCase stream, string[] words)
    {
        Peer consumer = scene.Start("consume", [.. words, $"mode={stream.Read}", $"pace={stream.ConsumerPace}"]);
        _ = consumer.Expect("attached");
        return consumer;
    }

    private static string Count(int messages) => $"count={messages.ToString(CultureInfo.InvariantCulture)}";

    private static void Create(Scene scene, StreamCase stream)
    {
        switch (stream.Write)
        {
            case WriteMode.Typed8:
                _ = scene.CreateTypedRing<ulong>(stream.CapacityBytes);
                break;
            case WriteMode.Typed21:
                _ = scene.CreateTypedRing<Value21>(stream.CapacityBytes);
                break;
            case WriteMode.TypedBatch40:
                _ = scene.CreateTypedRing<Value40>(stream.CapacityBytes);
                break;
            default:
                _ = scene.CreateRing(stream.CapacityBytes, stream.MaxMessageBytes);
                break;
        }
    }

    /// <summary>Draws streams that finish in well under a second unless something hangs.</summary>
    public static class StreamCases
    {
        /// <summary>The generator that FsCheck looks for.</summary>
        public static Arbitrary<StreamCase> Streams() => Arb.From(
            from exponent in Gen.Choose(6, 20)
            let capacity = 1L << exponent
            from share in Gen.Choose(0, 8)
            let longest = capacity - 16
            let max = share == 0 ? 0 : Math.Max(8, longest * share / 8)
            from sizes in Gen.Elements(SizeMix.Empty, SizeMix.Tiny, SizeMix.Uniform, SizeMix.Uniform, SizeMix.Extremes, SizeMix.Largest)
            from write in Gen.Elements(Enum.GetValues<WriteMode>())
            from read in write < WriteMode.Typed8
                ? Gen.Elements(ReadMode.Lease, ReadMode.Wait, ReadMode.Batch)
                : Gen.Constant(Enum.Parse<ReadMode>(write.ToString()))
            from producerPace in Gen.Elements(Enum.GetValues<PaceKind>())
            from consumerPace in Gen.Elements(Enum.GetValues<PaceKind>())
            from seed in Gen.Choose(0, 1_000_000)
            from consumerFirst in Gen.Elements(true, false)
            from messages in Gen.Choose(1, LongestRun(capacity, max, sizes, write, producerPace, consumerPace))
            select new StreamCase
            {
                CapacityBytes = capacity,
                MaxMessageBytes = max,
                Sizes = sizes,
                Write = write,
                Read = read,
                ProducerPace = producerPace,
                ConsumerPace = consumerPace,
                Messages = messages,
                Seed = seed,
                ConsumerFirst = consumerFirst,
            });

        /// <summary>
        /// A ring that holds one message turns over once a wake-up, a slow side sleeps every few messages, and a stream of the
        /// largest messages moves tens of megabytes; each gets as many messages as fit into about half a second.
        /// </summary>
        private static int LongestRun(
            long capacity, long max, SizeMix sizes, WriteMode write, PaceKind producerPace, PaceKind consumerPace)
        {
            const long BytesPerRun = 48 << 20;
            bool isLarge = write < WriteMode.Typed8 && sizes is SizeMix.Uniform or SizeMix.Extremes or SizeMix.Largest;
            long bytes = isLarge ? (max == 0 ? capacity / 2 : max) : 40;
            bool isSlow = producerPace == PaceKind.Slow || consumerPace == PaceKind.Slow;
            bool turnsOverOften = capacity / (bytes + 8) < 32;
            return (int)Math.Clamp(BytesPerRun / bytes, 1, isSlow ? 3_000 : turnsOverOften ? 600 : 40_000);
        }
    }
}
