namespace RingShm.Tests.Mpmc;

/// <summary>Several claims open at once, which only MPMC handles have.</summary>
public sealed class ClaimTests
{
    [Theory]
    [InlineData(48)]
    [InlineData(300)]
    public void Several_claims_end_in_any_order_and_are_read_in_the_order_in_which_they_were_made(int max)
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 2048, MaxMessageBytes = max });
        for (int round = 0; round < 20; round++)
        {
            Assert.True(pair.Producer.TryClaim(max, out Claim first));
            Assert.True(pair.Producer.TryClaim(10, out Claim second));
            Assert.True(pair.Producer.TryWrite("between"u8, 2));
            Assert.True(pair.Producer.TryClaim(20, out Claim third));
            first.Span.Fill(1);
            second.Span.Fill(2);
            third.Span.Fill(3);
            third.Commit(20, 3);
            Assert.False(pair.Consumer.TryRead(out _));
            first.Commit(max - 1, 0);
            Assert.Equal(0, pair.Next().Type);
            Assert.False(pair.Consumer.TryRead(out _));
            second.Commit(7, 1);
            Assert.Equal([1, 2, 3], [pair.Next().Type, pair.Next().Type, pair.Next().Type]);
            Assert.False(pair.Consumer.TryRead(out _));
        }

        Assert.True(Ring.Verify(pair.Name).IsClean);
    }

    [Fact]
    public void Open_claims_do_not_disturb_each_others_bytes_and_writers()
    {
        using MpmcPair pair = new();
        Assert.True(pair.Producer.TryClaim(100, out Claim first));
        Assert.True(pair.Producer.TryClaim(100, out Claim second));
        var firstWriter = first.Writer;
        var secondWriter = second.Writer;
        Assert.NotSame(firstWriter, secondWriter);
        firstWriter.GetSpan()[..60].Fill(1);
        firstWriter.Advance(60);
        secondWriter.GetSpan()[..70].Fill(2);
        secondWriter.Advance(70);
        second.Commit();
        Assert.ThrowsAny<ArgumentException>(() => secondWriter.GetSpan());
        firstWriter.GetSpan()[..1].Fill(1);
        firstWriter.Advance(1);
        first.Commit();
        foreach ((int length, byte value) in new[] { (61, (byte)1), (70, (byte)2) })
        {
            Assert.True(pair.Consumer.TryRead(out Message message));
            using (message)
            {
                Assert.Equal(length, message.Span.Length);
                Assert.False(message.Span.ContainsAnyExcept(value));
            }
        }
    }

    [Fact]
    public void Claims_given_up_in_any_order_are_passed_over()
    {
        using MpmcPair pair = new();
        for (int round = 0; round < 30; round++)
        {
            Assert.True(pair.Producer.TryClaim(200, out Claim first));
            Assert.True(pair.Producer.TryClaim(100, out Claim second));
            Assert.True(pair.Producer.TryWrite([], round));
            second.Dispose();
            first.Dispose();
            first.Dispose();
            Assert.Equal(round, pair.Next().Type);
        }

        Assert.Equal((60L, 30L, 0L), (pair.Ring.GetInfo().ClaimsAborted, pair.Ring.GetInfo().MessagesWritten, pair.Ring.GetInfo().UsedBytes));
        Assert.True(Ring.Verify(pair.Name).IsClean);
    }

    [Fact]
    public void More_claims_than_usual_can_be_open()
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 4096, MaxMessageBytes = 48 });
        OpenAll(pair, 40);
        for (int i = 0; i < 40; i++)
            Assert.Equal(i, pair.Next().Type);
    }

    [Fact]
    public void A_handle_disposed_under_open_claims_keeps_its_row_until_the_last_has_ended()
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, Producers = Cardinality.One });
        Assert.True(pair.Producer.TryClaim(4, out Claim first));
        Assert.True(pair.Producer.TryClaim(4, out Claim second));
        pair.Producer.Dispose();
        Assert.Equal(Environment.ProcessId, Assert.Throws<RoleTakenException>(() => pair.Ring.AttachProducer()).OwnerProcessId);
        bool refused = false;
        try
        {
            second.Commit(4);
        }
        catch (ObjectDisposedException)
        {
            refused = true;
        }

        Assert.True(refused);
        Assert.Throws<RoleTakenException>(() => pair.Ring.AttachProducer());
        first.Dispose();
        using MpmcProducer successor = pair.Ring.AttachProducer();
        Assert.True(successor.TryWrite([], 9));
        Assert.Equal(9, pair.Next().Type);
        Assert.Equal(0, pair.Ring.GetInfo().ClaimsRecovered);
    }

    [Fact]
    public void An_open_claim_holds_back_what_is_behind_it_and_nothing_before_it()
    {
        using MpmcPair pair = new();
        using MpmcProducer other = pair.Ring.AttachProducer();
        Assert.True(other.TryWrite([], 1));
        Assert.True(pair.Producer.TryClaim(1, out Claim claim));
        Assert.True(other.TryWrite([], 3));
        Assert.Equal(1, pair.Next().Type);
        Assert.False(pair.Consumer.TryRead(out _));
        Assert.Equal(0, pair.Ring.Recover().RowsSwept);
        claim.Commit(1, 2);
        Assert.Equal([2, 3], [pair.Next().Type, pair.Next().Type]);
    }

    /// <summary>Claims are ref structs, so it takes a stack to hold many of them.</summary>
    private static void OpenAll(MpmcPair pair, int left)
    {
        if (left == 0)
            return;
        Assert.True(pair.Producer.TryClaim(48, out Claim claim));
        OpenAll(pair, left - 1);
        claim.Commit(1, 40 - left);
    }
}
