namespace RingShm.Tests.Spsc;

public sealed class ClaimTests
{
    [Fact]
    public void Consumer_never_observes_an_uncommitted_claim()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(10, out Claim claim));
        claim.Span.Fill(1);
        pair.AssertEmpty();
        claim.Commit(10, 5);
        Assert.Equal(5, pair.Next().Type);
    }

    [Fact]
    public void A_commit_may_be_shorter_than_the_claim_and_takes_only_that_room()
    {
        using RingPair pair = new(64, 40);
        Assert.True(pair.Producer.TryClaim(40, out Claim claim));
        claim.Span[0] = 0x77;
        claim.Commit(1);
        Assert.Equal(16, pair.Ring.GetInfo().ProducerPosition);
        Assert.True(pair.Producer.TryWrite("next"u8));
        Assert.Equal([0x77], pair.Next().Payload);
        Assert.Equal("next"u8, pair.Next().Payload);
    }

    [Fact]
    public void A_claim_disposed_without_commit_leaves_nothing_and_is_counted()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(100, out Claim claim));
        claim.Span.Fill(0xFF);
        claim.Dispose();
        claim.Dispose();
        pair.AssertEmpty();
        Assert.True(pair.Producer.TryWrite("after"u8));
        Assert.Equal("after"u8, pair.Next().Payload);
        RingInfo info = pair.Ring.GetInfo();
        Assert.Equal((1L, 1L), (info.ClaimsAborted, info.MessagesWritten));
    }

    [Fact]
    public void Disposing_after_a_commit_changes_nothing()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(4, out Claim claim));
        using (claim)
            claim.Commit(4);
        Assert.Equal(4, pair.Next().Payload.Length);
        Assert.Equal(0, pair.Ring.GetInfo().ClaimsAborted);
    }

    [Fact]
    public void A_second_commit_throws_and_publishes_nothing()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(4, out Claim claim));
        claim.Commit(4);
        InvalidOperationException? refused = null;
        try
        {
            claim.Commit(4);
        }
        catch (InvalidOperationException exception)
        {
            refused = exception;
        }

        Assert.NotNull(refused);
        pair.Next();
        pair.AssertEmpty();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_commit_of_a_wrong_length_names_it_and_leaves_the_claim_open(int length)
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(4, out Claim claim));
        using (claim)
        {
            string? message = null;
            try
            {
                claim.Commit(length);
            }
            catch (ArgumentOutOfRangeException exception)
            {
                message = exception.Message;
            }

            Assert.Contains(length.ToString(), message);
            Assert.Contains("4 bytes", message);
            claim.Commit(3);
        }

        Assert.Equal(3, pair.Next().Payload.Length);
    }

    [Fact]
    public void A_handle_with_an_open_claim_does_nothing_else()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(4, out Claim claim));
        Assert.Throws<InvalidOperationException>(() => pair.Producer.TryWrite("x"u8));
        Assert.Throws<InvalidOperationException>(() => pair.Producer.TryClaim(1, out _));
        Assert.Throws<InvalidOperationException>(() => pair.Producer.TryWriteBatch([new byte[1]]));
        Assert.Throws<InvalidOperationException>(() => pair.Producer.Write("x"u8, TimeSpan.Zero));
        claim.Commit(4);
        Assert.True(pair.Producer.TryWrite("x"u8));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_negative_claim_names_the_length(int length) => Assert.Contains(
        length.ToString(),
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using RingPair pair = new();
            pair.Producer.TryClaim(length, out _);
        }).Message);

    [Fact]
    public void A_claim_that_is_over_can_neither_commit_nor_abort_a_later_one()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(4, out Claim first));
        first.Dispose();
        // The second claim lies at the same position, because the first left nothing.
        Assert.True(pair.Producer.TryClaim(8, out Claim second));
        first.Dispose();
        bool refused = false;
        try
        {
            first.Commit(4);
        }
        catch (InvalidOperationException)
        {
            refused = true;
        }

        Assert.True(refused, "a claim that is over committed another one");
        second.Commit(8);
        Assert.Equal(8, pair.Next().Payload.Length);
        Assert.Equal(1, pair.Ring.GetInfo().ClaimsAborted);
    }

    [Fact]
    public void A_claim_that_was_not_made_is_refused_like_one_that_is_over()
    {
        using RingPair pair = new(64);
        pair.Fill();
        Assert.False(pair.Producer.TryClaim(1, out Claim none));
        none.Dispose();
        bool refused = false;
        try
        {
            none.Commit(0);
        }
        catch (InvalidOperationException)
        {
            refused = true;
        }

        Assert.True(refused);
    }

    [Fact]
    public void A_handle_disposed_under_an_open_claim_publishes_nothing_and_frees_the_role_at_its_end()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(4, out Claim claim));
        pair.Producer.Dispose();
        Assert.Throws<RoleTakenException>(() => pair.Ring.AttachProducer());
        bool refused = false;
        try
        {
            claim.Commit(4);
        }
        catch (ObjectDisposedException)
        {
            refused = true;
        }

        Assert.True(refused);
        pair.AssertEmpty();
        using SpscProducer successor = pair.Ring.AttachProducer();
        Assert.True(successor.TryWrite("new"u8));
        Assert.Equal("new"u8, pair.Next().Payload);
    }
}
