using RingShm.Layout;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.Tests.Spsc;

/// <summary>What a batch delivered and did not hand back is flagged when it comes again, to whomever it comes.</summary>
public sealed unsafe class KeptMessageTests
{
    private const int HandlerThrows = -1;
    private const int SettlerThrows = -2;

    /// <summary>How the batch of four ends, and which messages are flagged afterwards.</summary>
    public static TheoryData<int, int[], int[]> Ends => new()
    {
        // The handler without a settler throws at message 2: those before are handed back, 2 was delivered, 3 was not.
        { HandlerThrows, [2, 3], [2] },
        { SettlerThrows, [0, 1, 2, 3], [0, 1, 2, 3] },
        { 0, [0, 1, 2, 3], [0, 1, 2, 3] },
        { 3, [3], [3] },
        { 4, [], [] },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void The_same_consumer_gets_them_flagged(int end, int[] rest, int[] flagged)
    {
        using RingPair pair = Filled();
        PlayBatch(pair.Consumer, end);
        AssertRest(pair.Consumer, rest, flagged);
        Assert.Equal(flagged.Length, pair.Ring.GetInfo().MessagesRedelivered);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_successor_gets_them_flagged_after_a_detach_in_peace(int end, int[] rest, int[] flagged)
    {
        using RingPair pair = Filled();
        PlayBatch(pair.Consumer, end);
        pair.Consumer.Dispose();
        using (pair.Ring.AttachConsumer())
        {
            // A visitor that reads nothing must not lose the mark.
        }

        using SpscConsumer successor = pair.Ring.AttachConsumer();
        AssertRest(successor, rest, flagged);
        RingInfo info = pair.Ring.GetInfo();
        Assert.Equal((4L, (long)flagged.Length, 0L), (info.MessagesRead, info.MessagesRedelivered, info.ConsumerTakeovers));
    }

    [Fact]
    public void A_handler_that_disposes_its_handle_and_throws_leaves_the_mark()
    {
        using RingPair pair = Filled();
        Assert.Throws<FormatException>(() => pair.Consumer.TryReadBatch(
            (in Message _) =>
            {
                pair.Consumer.Dispose();
                throw new FormatException();
            }, 4));
        using SpscConsumer successor = pair.Ring.AttachConsumer();
        AssertRest(successor, [0, 1, 2, 3], [0]);
    }

    [Fact]
    public void A_shorter_batch_and_a_death_after_it_do_not_lose_the_mark()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        SpscProducerCore<DirectMemory> producer = region.StartProducer();
        for (int i = 0; i < 4; i++)
            Assert.True(producer.TryWrite("payload"u8, i));
        SpscConsumerCore<DirectMemory> consumer = region.StartConsumer();
        consumer.NoteDelivered(48);
        consumer.EndBatch(48);
        consumer.NoteDelivered(16);
        SpscConsumerCore<DirectMemory> successor = region.StartConsumer(predecessorDied: true);
        Assert.True(successor.IsRedelivered(32));
        Assert.False(successor.IsRedelivered(48));
    }

    [Fact]
    public void A_batch_that_hands_everything_back_stores_no_mark()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        SpscProducerCore<DirectMemory> producer = region.StartProducer();
        Assert.True(producer.TryWrite("payload"u8, 1));
        SpscConsumerCore<DirectMemory> consumer = region.StartConsumer();
        consumer.NoteDelivered(16);
        consumer.ReleaseBatch(16, 1, 0);
        consumer.EndBatch(16);
        Assert.Equal(0, *region.Map.RedeliverBelow);
    }

    private static RingPair Filled()
    {
        RingPair pair = new();
        for (int i = 0; i < 4; i++)
            Assert.True(pair.Producer.TryWrite([(byte)i]));
        return pair;
    }

    private static void PlayBatch(SpscConsumer consumer, int end)
    {
        if (end == HandlerThrows)
        {
            Assert.Throws<FormatException>(() => consumer.TryReadBatch(
                static (in Message message) =>
                {
                    Assert.False(message.Redelivered);
                    if (message.Span[0] == 2)
                        throw new FormatException();
                }, 4));
        }
        else if (end == SettlerThrows)
        {
            Assert.Throws<FormatException>(() => consumer.TryReadBatch(
                static (in _, _) => { }, static (_, _) => throw new FormatException(), 0, 4));
        }
        else
        {
            Assert.Equal(end, consumer.TryReadBatch(static (in _, _) => { }, static (_, state) => state, end, 4));
        }
    }

    /// <summary>Reads one as a lease and the others in a batch.</summary>
    private static void AssertRest(SpscConsumer consumer, int[] rest, int[] flagged)
    {
        List<int> seen = [];
        List<int> seenFlagged = [];
        if (consumer.TryRead(out Message first))
        {
            using (first)
                Note(first);
        }

        consumer.TryReadBatch((in Message message) => Note(message), 10);
        Assert.Equal(rest, seen);
        Assert.Equal(flagged, seenFlagged);

        void Note(in Message message)
        {
            seen.Add(message.Span[0]);
            if (message.Redelivered)
                seenFlagged.Add(message.Span[0]);
        }
    }
}
