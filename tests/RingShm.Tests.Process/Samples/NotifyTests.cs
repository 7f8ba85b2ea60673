using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Samples;

/// <summary>"Notify all running instances" of docs/from-file-mapping.md, with real instances that come, stand still and are killed.</summary>
public sealed class NotifyTests
{
    [Fact]
    public void Every_other_running_instance_is_told_once_and_nobody_hears_its_own()
    {
        using Scene scene = new();
        Peer[] instances = [Start(scene), Start(scene), Start(scene)];
        for (int teller = 0; teller < instances.Length; teller++)
        {
            instances[teller].Say($"from {teller}");
            foreach (Peer other in instances.Where(other => other != instances[teller]))
                Assert.Equal(Notice(instances[teller], $"from {teller}"), other.Expect("told"));
        }

        // One that is killed holds nobody up; one that comes hears what is told from then on.
        instances[0].Kill();
        instances[1].Say("after a death");
        Assert.Equal(Notice(instances[1], "after a death"), instances[2].Expect("told"));
        Peer late = Start(scene);
        instances[2].Say("to the late one");
        Assert.Equal(Notice(instances[2], "to the late one"), late.Expect("told"));
        Assert.Equal(Notice(instances[2], "to the late one"), instances[1].Expect("told"));
        scene.ExpectClean();
    }

    [Fact]
    public void An_instance_that_stood_still_holds_nobody_up_and_learns_how_much_it_missed()
    {
        const int Notices = 1000;
        using Scene scene = new();
        Peer teller = Start(scene);
        Peer stopped = Start(scene);
        ProcessControl.Suspend(stopped.Id);
        for (int i = 0; i < Notices; i++)
            teller.Say(i.ToString(CultureInfo.InvariantCulture));
        Watchdog.Until(() => scene.Inspect().MessagesWritten == Notices, "all being told");
        ProcessControl.Resume(stopped.Id);
        int missed = int.Parse(stopped.Expect("missed"), CultureInfo.InvariantCulture);
        // The ring is far too small for all, and keeps the last ones.
        Assert.InRange(missed, 1, Notices - 1);
        for (int i = missed; i < Notices; i++)
            Assert.Equal(Notice(teller, i.ToString(CultureInfo.InvariantCulture)), stopped.Expect("told"));
    }

    private static Peer Start(Scene scene)
    {
        Peer instance = scene.Start("notify");
        _ = instance.Expect("attached");
        return instance;
    }

    private static string Notice(Peer teller, string text) => $"{teller.Id.ToString(CultureInfo.InvariantCulture)} {text}";
}
