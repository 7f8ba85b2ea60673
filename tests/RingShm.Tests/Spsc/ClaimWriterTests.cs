using System.Buffers;
using System.Text.Json;

namespace RingShm.Tests.Spsc;

public sealed class ClaimWriterTests
{
    [Fact]
    public void A_serializer_writes_straight_into_the_ring()
    {
        using RingPair pair = new();
        // This writer wants at least 256 bytes at a time, however little it has to write.
        Assert.True(pair.Producer.TryClaim(400, out Claim claim));
        using (claim)
        {
            using (Utf8JsonWriter json = new(claim.Writer))
            {
                json.WriteStartObject();
                json.WriteString("symbol", "RING");
                json.WriteNumber("price", 42.5);
                json.WriteEndObject();
            }

            claim.Commit();
        }

        Assert.Equal("""{"symbol":"RING","price":42.5}"""u8, pair.Next().Payload);
    }

    [Fact]
    public void Spans_and_memories_continue_where_the_last_advance_ended()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(10, out Claim claim));
        IBufferWriter<byte> writer = claim.Writer;
        Assert.Equal(10, writer.GetSpan().Length);
        "abc"u8.CopyTo(writer.GetSpan(3));
        writer.Advance(3);
        Memory<byte> memory = writer.GetMemory(7);
        Assert.Equal(7, memory.Length);
        "defg"u8.CopyTo(memory.Span);
        writer.Advance(4);
        Assert.Same(writer, claim.Writer);
        claim.Commit();
        Assert.Equal("abcdefg"u8, pair.Next().Payload);
    }

    [Fact]
    public void Writing_past_the_claim_is_refused_with_the_numbers()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(10, out Claim claim));
        IBufferWriter<byte> writer = claim.Writer;
        writer.Advance(4);
        Assert.Contains("6 left of 10", Assert.Throws<ArgumentException>(() => writer.GetSpan(7)).Message);
        Assert.Contains("6 left of 10", Assert.Throws<ArgumentException>(() => writer.GetMemory(7)).Message);
        Assert.Contains("7", Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(7)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.GetSpan(-1));
        writer.Advance(6);
        Assert.Throws<ArgumentException>(() => writer.GetSpan());
        claim.Commit();
        Assert.Equal(10, pair.Next().Payload.Length);
    }

    [Fact]
    public void A_writer_kept_after_its_claim_cannot_reach_the_ring()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(10, out Claim claim));
        IBufferWriter<byte> writer = claim.Writer;
        Memory<byte> memory = writer.GetMemory();
        claim.Commit();
        Assert.Throws<ArgumentException>(() => writer.GetSpan());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(1));
        Assert.ThrowsAny<ArgumentException>(() => memory.Span[0] = 1);
        pair.Next();
    }

    [Fact]
    public void Each_claim_starts_its_writer_anew()
    {
        using RingPair pair = new();
        for (int i = 1; i <= 20; i++)
        {
            Assert.True(pair.Producer.TryClaim(50, out Claim claim));
            using (claim)
            {
                claim.Writer.Write(new byte[i]);
                if (i % 3 == 0)
                    continue;
                claim.Commit();
            }

            Assert.Equal(i, pair.Next().Payload.Length);
        }
    }

    [Fact]
    public void A_claim_whose_writer_was_not_used_commits_an_empty_message()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(50, out Claim claim));
        claim.Commit();
        Assert.Empty(pair.Next().Payload);
    }
}
