using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Samples;

/// <summary>The sample does what it says: one text in several processes.</summary>
public sealed class SharedTextTests : IDisposable
{
    /// <summary>Copied beside the tests by the project reference.</summary>
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "SharedText.exe" : "SharedText");

    private readonly string _name = $"ringshm-text-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)}";
    private readonly List<Peer> _instances = [];

    [Fact]
    public void What_is_typed_in_one_instance_all_others_show_and_nobody_is_told_of_its_own()
    {
        Peer first = Start("0 ");
        Peer second = Start("0 ");
        Peer third = Start("0 ");
        first.Say("type hello");
        Assert.Equal("1 hello", first.Expect("typed"));
        Assert.Equal("1 hello", second.Expect("changed"));
        Assert.Equal("1 hello", third.Expect("changed"));
        third.Say("type , world");
        Assert.Equal("2 hello, world", third.Expect("typed"));
        // If it had been told of its own change, that line would come before this one.
        Assert.Equal("2 hello, world", first.Expect("changed"));
        Assert.Equal("2 hello, world", second.Expect("changed"));
        second.Say("show");
        Assert.Equal("2 hello, world", second.Expect("shows"));
    }

    [Fact]
    public void A_new_instance_shows_the_current_text_at_once()
    {
        Peer first = Start("0 ");
        first.Say("type as it is");
        _ = first.Expect("typed");
        _ = Start("1 as it is");
    }

    [Fact]
    public void Killing_one_disturbs_nobody()
    {
        Peer first = Start("0 ");
        Peer victim = Start("0 ");
        Peer third = Start("0 ");
        victim.Say("type last words");
        Assert.Equal("1 last words", first.Expect("changed"));
        Assert.Equal("1 last words", third.Expect("changed"));
        victim.Kill();
        first.Say("type  and more");
        Assert.Equal("2 last words and more", first.Expect("typed"));
        Assert.Equal("2 last words and more", third.Expect("changed"));
        Peer fourth = Start("2 last words and more");
        fourth.Say("erase");
        Assert.Equal("3 ", fourth.Expect("typed"));
        Assert.Equal("3 ", first.Expect("changed"));
        Assert.Equal("3 ", third.Expect("changed"));
        foreach (Peer living in new[] { first, third, fourth })
        {
            living.Say("quit");
            living.ExpectSuccess();
        }
    }

    [Fact]
    public void Two_that_type_at_the_same_time_lose_no_keystroke()
    {
        const int Keys = 50;
        Peer first = Start("0 ");
        Peer second = Start("0 ");
        for (int i = 0; i < Keys; i++)
        {
            first.Say("type a");
            second.Say("type b");
        }

        Assert.Equal(Keys, CountAnswers(first, Keys));
        Assert.Equal(Keys, CountAnswers(second, Keys));
        Peer reader = Peer.StartProgram(Executable, _name, "--script");
        _instances.Add(reader);
        string text = reader.Expect("ready");
        Assert.StartsWith((2 * Keys).ToString(CultureInfo.InvariantCulture) + " ", text, StringComparison.Ordinal);
        Assert.Equal((Keys, Keys), (text.Count(static c => c == 'a'), text.Count(static c => c == 'b')));
    }

    public void Dispose()
    {
        foreach (Peer instance in _instances)
            instance.Dispose();
        if (!OperatingSystem.IsWindows())
            Ring.Remove(_name);
    }

    private Peer Start(string shows)
    {
        Peer instance = Peer.StartProgram(Executable, _name, "--script");
        _instances.Add(instance);
        Assert.Equal(shows, instance.Expect("ready"));
        return instance;
    }

    /// <summary>Its answers to its own keys, among what it tells of the other's.</summary>
    private static int CountAnswers(Peer instance, int expected)
    {
        int answers = 0;
        while (answers < expected)
            answers += instance.NextLine().StartsWith("typed ", StringComparison.Ordinal) ? 1 : 0;
        return answers;
    }
}
