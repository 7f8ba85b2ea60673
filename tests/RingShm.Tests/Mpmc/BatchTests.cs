namespace RingShm.Tests.Mpmc;

/// <summary>Batches among several consumers: what is not settled is anybody's.</summary>
public sealed class BatchTests
{
    [Fact]
    public void What_one_consumer_did_not_settle_another_gets_flagged()
    {
        using MpmcPair pair = new();
        using MpmcConsumer other = pair.Ring.AttachConsumer();
        foreach (int length in new[] { 0, 200, 3, 100, 9 })
            Assert.True(pair.Producer.TryWrite(new byte[length], length));
        Assert.Equal(2, pair.Consumer.TryReadBatch(static (in Message _, int _) => { }, static (_, _) => 2, 0, 4));
        Assert.Equal([(3, true), (100, true), (9, false)], [MpmcPair.Next(other), MpmcPair.Next(other), MpmcPair.Next(other)]);
        Assert.False(pair.Consumer.TryRead(out _));
        Assert.Equal((5L, 2L, 0L), (pair.Ring.GetInfo().MessagesRead, pair.Ring.GetInfo().MessagesRedelivered, pair.Ring.GetInfo().LeasesRecovered));
    }

    [Fact]
    public void A_handler_that_throws_leaves_its_message_and_those_behind_it_to_whoever_comes()
    {
        using MpmcPair pair = new();
        using MpmcConsumer other = pair.Ring.AttachConsumer();
        for (int type = 0; type < 4; type++)
            Assert.True(pair.Producer.TryWrite([], type));
        Assert.Throws<FormatException>(() => pair.Consumer.TryReadBatch(
            static (in Message message) =>
            {
                if (message.Type == 1)
                    throw new FormatException();
            }, 3));
        Assert.Equal(1, pair.Ring.GetInfo().MessagesRead);
        Assert.Equal([(1, true), (2, true), (3, false)], [MpmcPair.Next(other), pair.Next(), MpmcPair.Next(other)]);
        Assert.False(other.TryRead(out _));
    }

    [Fact]
    public void A_message_that_is_returned_over_and_over_stays_flagged_and_in_the_ring()
    {
        using MpmcPair pair = new(MpmcPair.OneGranule);
        Assert.True(pair.Producer.TryWrite([], 5));
        for (int round = 0; round < 50; round++)
        {
            bool flagged = false;
            Assert.Equal(0, pair.Consumer.TryReadBatch((in Message message, int _) => flagged = message.Redelivered, static (_, _) => 0, 0, 10));
            Assert.Equal(round > 0, flagged);
            Assert.True(Ring.Verify(pair.Name).IsClean);
            Assert.Equal(1, Ring.Verify(pair.Name).MessagesInRing);
        }

        Assert.Equal((5, true), pair.Next());
        Assert.Equal((1L, 1L), (pair.Ring.GetInfo().MessagesRead, pair.Ring.GetInfo().MessagesRedelivered));
    }

    [Fact]
    public void A_returned_message_keeps_the_ring_from_being_drained()
    {
        using MpmcPair pair = new();
        using MpmcConsumer other = pair.Ring.AttachConsumer();
        Assert.True(pair.Producer.TryWrite([], 1));
        Assert.True(pair.Producer.TryWrite([], 2));
        pair.Ring.Complete();
        Assert.Equal(1, pair.Consumer.TryReadBatch(static (in Message _, int _) => { }, static (_, _) => 1, 0, 10));
        Assert.False(other.IsDrained);
        Assert.False(pair.Consumer.IsDrained);
        Assert.Equal((2, true), MpmcPair.Next(other));
        Assert.False(other.TryRead(out _));
        Assert.False(pair.Consumer.TryRead(out _));
        Assert.True(other.IsDrained && pair.Consumer.IsDrained);
    }

    [Fact]
    public void A_batch_of_more_messages_than_usual_is_settled_in_parts_too()
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 64 * 1024, MaxMessageBytes = 300 });
        for (int type = 0; type < 500; type++)
            Assert.True(pair.Producer.TryWrite(new byte[type % 90], type));
        Assert.Equal(321, pair.Consumer.TryReadBatch(static (in Message _, int _) => { }, static (_, _) => 321, 0, 500));
        for (int type = 321; type < 500; type++)
            Assert.Equal((type, true), pair.Next());
        Assert.False(pair.Consumer.TryRead(out _));
        Assert.True(Ring.Verify(pair.Name).IsClean);
    }

    [Fact]
    public void A_batch_write_is_not_broken_by_other_producers()
    {
        const int Calls = 5_000;
        using TestRegion region = new();
        using MpmcRing<(int Writer, int Call, int Index)> ring = MpmcRing<(int, int, int)>.Create(region, new RingOptions { CapacityBytes = 1024 });
        int writing = 2;
        Action Writer(int writer) => () =>
        {
            using MpmcProducer<(int Writer, int Call, int Index)> producer = ring.AttachProducer();
            SpinWait spin = default;
            for (int call = 1; call <= Calls;)
            {
                // As many as there is room for; those are side by side.
                if (producer.TryWriteBatch([(writer, call, 0), (writer, call, 1), (writer, call, 2), (writer, call, 3)]) > 0)
                    call++;
                else
                    spin.SpinOnce();
            }

            if (Interlocked.Decrement(ref writing) == 0)
                ring.Complete();
        };
        Watchdog.Run(Writer(0), Writer(1), () =>
        {
            using MpmcConsumer<(int Writer, int Call, int Index)> consumer = ring.AttachConsumer();
            int[] calls = new int[2];
            (int Writer, int Call, int Index) last = (0, 0, 0);
            while (consumer.Read(out (int Writer, int Call, int Index) next, Timeout.InfiniteTimeSpan))
            {
                (int Writer, int Call, int Index) following = next.Index == 0 ? (next.Writer, calls[next.Writer] + 1, 0) : (last.Writer, last.Call, last.Index + 1);
                Assert.Equal(following, next);
                calls[next.Writer] = next.Call;
                last = next;
            }

            Assert.Equal([Calls, Calls], calls);
        });
    }
}
