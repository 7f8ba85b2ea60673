using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Liveness;

namespace RingShm.Tests.Liveness;

/// <summary>Roles as handles give and take them, in one process.</summary>
public sealed unsafe class RoleTests
{
    [Fact]
    public void A_second_holder_is_refused_by_name_through_the_same_ring_object_and_through_another()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        using SpscRing other = SpscRing.Open(region);
        using SpscProducer producer = ring.AttachProducer();
        using SpscConsumer consumer = other.AttachConsumer();
        foreach (SpscRing attempt in new[] { ring, other })
        {
            RoleTakenException refused = Assert.Throws<RoleTakenException>(() => attempt.AttachProducer());
            Assert.Equal(Environment.ProcessId, refused.OwnerProcessId);
            Assert.Contains($"process {Environment.ProcessId}", refused.Message);
            Assert.Contains("producer", refused.Message);
            Assert.Contains("consumer", Assert.Throws<RoleTakenException>(() => attempt.AttachConsumer()).Message);
        }

        Assert.True(producer.TryWrite("x"u8));
    }

    [Fact]
    public void A_role_is_free_after_dispose_and_a_second_dispose_does_not_free_its_successors()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        SpscProducer first = ring.AttachProducer();
        first.TryWrite("1"u8);
        first.Dispose();
        using SpscProducer second = ring.AttachProducer();
        first.Dispose();
        Assert.Throws<RoleTakenException>(() => ring.AttachProducer());
        second.TryWrite("2"u8);
        RingInfo info = ring.GetInfo();
        Assert.Equal((2L, 0L), (info.MessagesWritten, info.ProducerTakeovers));
        Assert.Equal(2, Assert.Single(info.Participants).Generation);
    }

    [Fact]
    public void Disposing_the_ring_frees_the_roles_of_its_handles()
    {
        using TestRegion region = new();
        SpscRing ring = SpscRing.Create(region);
        SpscProducer producer = ring.AttachProducer();
        SpscConsumer consumer = ring.AttachConsumer();
        using SpscRing other = SpscRing.Open(region);
        ring.Dispose();
        ring.Dispose();
        Assert.True(producer.IsDisposed && consumer.IsDisposed);
        using SpscProducer successor = other.AttachProducer();
        using SpscConsumer successorToo = other.AttachConsumer();
        Assert.Equal(2, other.GetInfo().Participants.Count);
    }

    [Fact]
    public void A_participant_is_shown_as_what_it_is()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        Assert.Empty(ring.GetInfo().Participants);
        DateTimeOffset before = DateTimeOffset.UtcNow;
        using SpscConsumer consumer = ring.AttachConsumer();
        ParticipantInfo shown = Assert.Single(ring.GetInfo().Participants);
        Assert.Equal((ParticipantRole.Consumer, Environment.ProcessId, true, 1L), (shown.Role, shown.ProcessId, shown.IsAlive, shown.Generation));
        Assert.InRange(shown.AttachedAt, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        // A monitor that is no user judges alike.
        Assert.True(Assert.Single(Ring.Inspect(region).Participants).IsAlive);
    }

    [Fact]
    public void A_row_holds_its_owners_identity_in_the_documented_places()
    {
        using TestFolder folder = new();
        using SpscRing ring = SpscRing.Create(folder.File(), new RingOptions { CapacityBytes = 64 });
        using SpscProducer producer = ring.AttachProducer();
        byte[] row = FileBytes.Read(folder.File())[0x2000..0x2080];
        fixed (byte* at = row)
        {
            long* words = (long*)at;
            Assert.Equal(Environment.ProcessId, (int)words[0]);
            Assert.Equal(ProcessIdentity.StartTimeTag(ProcessIdentity.StartTime), (uint)(words[0] >> 32));
            Assert.Equal((1L, 1L, ProcessIdentity.StartTime), (words[1], words[2], words[3]));
            Assert.InRange(UnixTime.FromMicroseconds(words[4]), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        }

        producer.Dispose();
        Assert.Equal(0, BitConverter.ToInt64(FileBytes.Read(folder.File()), 0x2000));
    }

    [Fact]
    public void A_lost_consumer_gives_its_role_back_and_what_it_held_comes_again_flagged()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        using SpscProducer producer = ring.AttachProducer();
        producer.TryWrite("held"u8);
        producer.TryWrite("not held"u8);
        LoseConsumerWithOpenMessage(region);
        SpscConsumer? successor = null;
        for (int i = 0; i < 1000 && successor == null; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            try
            {
                successor = ring.AttachConsumer();
            }
            catch (RoleTakenException)
            {
                // Not collected yet.
            }
        }

        Assert.NotNull(successor);
        Assert.True(successor.TryRead(out Message message));
        using (message)
            Assert.True(message.Redelivered);
        Assert.True(successor.TryRead(out message));
        using (message)
            Assert.False(message.Redelivered);
        Assert.Equal(1, ring.GetInfo().ConsumerTakeovers);
    }

    [Fact]
    public void This_process_started_before_now()
    {
        Assert.True(ProcessIdentity.StartTime > 0);
        Assert.Equal(Environment.ProcessId, RowLayout.ProcessIdOf(ProcessIdentity.OwnerWord));
        Assert.NotEqual(RowLayout.FreeOwner, ProcessIdentity.OwnerWord);
        Assert.NotEqual(RowLayout.AbandonedOwner, ProcessIdentity.OwnerWord);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoseConsumerWithOpenMessage(TestRegion region)
    {
        SpscRing ring = SpscRing.Open(region);
        SpscConsumer consumer = ring.AttachConsumer();
        Assert.True(consumer.TryRead(out _));
    }
}
