using System.Text.Json;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>A sender of a shared ring dies with a claim open: what others sent behind it is there, for whoever looks once.</summary>
public sealed class DeadSenderTests
{
    private const int ClaimBytes = 1000;

    [Fact]
    public void Receive_prints_what_lies_behind_a_claim_only_when_its_claimer_is_dead()
    {
        using CliScene scene = new();
        string name = Create(scene);
        using Peer claimer = Claim(scene);
        scene.RunWith("one\ntwo\n", "send", name).ExpectDone();
        Assert.Equal("", scene.Run("receive", name).ExpectDone().Text);
        claimer.Kill();
        // Without waiting, although the claim is many granules long and each is passed over by itself.
        Assert.Equal("one\ntwo\n", scene.Run("receive", name).ExpectDone().Text);
        scene.Run("verify", name).ExpectDone();
    }

    [Fact]
    public void Recover_gives_up_the_claims_of_the_dead_and_of_nobody_else()
    {
        using CliScene scene = new();
        string name = Create(scene);
        using Peer living = Claim(scene);
        using Peer dead = Claim(scene);
        dead.Kill();
        using JsonDocument json = JsonDocument.Parse(scene.Run("recover", name, "--json").ExpectDone().Output);
        Assert.Equal(1, json.RootElement.GetProperty("rowsSwept").GetInt32());
        Assert.Equal(0, json.RootElement.GetProperty("rowsWaiting").GetInt32());
        Assert.True(json.RootElement.GetProperty("claimsRecovered").GetInt64() > 0);
        Assert.Equal(0, json.RootElement.GetProperty("messagesReturned").GetInt64());
        Assert.Contains("nothing to mend", scene.Run("recover", name).ExpectDone().Text, StringComparison.Ordinal);
        Assert.Equal(living.Id, Assert.Single(scene.Inspect("claimed").Participants).ProcessId);
        living.Go();
        living.ExpectSuccess();
        scene.RunWith("behind both\n", "send", name).ExpectDone();
        Assert.Equal("behind both\n", scene.Run("receive", name).ExpectDone().Text);
        scene.Run("verify", name).ExpectDone();
    }

    private static string Create(CliScene scene) => scene.Create("claimed", "--kind", "mpmc", "--capacity", "64KiB", "--max-message", "4KiB");

    private static Peer Claim(CliScene scene)
    {
        Peer peer = Peer.Start("claim", $"ring={scene.PathOf("claimed")}", $"bytes={ClaimBytes}");
        peer.Expect("attached");
        return peer;
    }
}
