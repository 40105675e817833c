// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// The chains that a context shows, which can be replaced while handshakes go on. Any thread.
///
/// A server looks for the name that the client asks for first and for the kind of key then. The
/// JDK's own key managers are asked for one kind of key after the other and answer each with what
/// they have, if need be for another name: an EC certificate of one host would hide the RSA
/// certificate of another.
final class KeyChains extends X509ExtendedKeyManager {
  // Written by whoever loads, read by handshakes on their threads.
  private volatile Map<String, KeyChain> current = Map.of();

  // A handshake asks for an alias first and with it for key and certificates, between which they
  // may be replaced. So an alias that is still held keeps its chain; no two are the same object or
  // equal. Guarded by itself.
  private final Map<String, KeyChain> byAlias = new WeakHashMap<>();
  // Guarded by byAlias.
  private long count;

  /// Puts others in place of those that are there. The first one is for clients that ask for no
  /// name, or for one that nobody has.
  void replace(List<KeyChain> chains) {
    var named = new LinkedHashMap<String, KeyChain>();
    synchronized (byAlias) {
      for (KeyChain chain : chains) {
        String alias = "chain" + count++;
        named.put(alias, chain);
        byAlias.put(alias, chain);
      }
    }
    current = named;
  }

  private @Nullable String forServer(String keyType, @Nullable SSLSession handshake) {
    Map<String, KeyChain> chains = current;
    for (Map.Entry<String, KeyChain> chain : forHost(chains, hostOf(handshake))) {
      if (chain.getValue().isOfType(keyType)) {
        return chain.getKey();
      }
    }
    return null;
  }

  private static List<Map.Entry<String, KeyChain>> forHost(
      Map<String, KeyChain> chains, @Nullable String host) {
    if (chains.size() > 1 && host != null) {
      var exact = matching(chains, chain -> chain.isNamed(host));
      if (!exact.isEmpty()) {
        return exact;
      }
      var wild = matching(chains, chain -> chain.isNamedByWildcard(host));
      if (!wild.isEmpty()) {
        return wild;
      }
    }
    if (chains.isEmpty()) {
      return List.of();
    }
    KeyChain first = chains.values().iterator().next();
    // Others of the same name differ from it by the kind of key.
    return matching(chains, chain -> chain == first || chain.sharesNameWith(first));
  }

  private static List<Map.Entry<String, KeyChain>> matching(
      Map<String, KeyChain> chains, Predicate<KeyChain> condition) {
    List<Map.Entry<String, KeyChain>> found = new ArrayList<>();
    for (Map.Entry<String, KeyChain> chain : chains.entrySet()) {
      if (condition.test(chain.getValue())) {
        found.add(chain);
      }
    }
    return found;
  }

  private static @Nullable String hostOf(@Nullable SSLSession handshake) {
    if (!(handshake instanceof ExtendedSSLSession session)) {
      return null;
    }
    try {
      for (SNIServerName name : session.getRequestedServerNames()) {
        if (name.getType() == StandardConstants.SNI_HOST_NAME) {
          return new SNIHostName(name.getEncoded()).getAsciiName().toLowerCase(Locale.ROOT);
        }
      }
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      // A provider without SNI, or a name that is none: as if nobody had asked for one.
    }
    return null;
  }

  /* As OpenSSL does, a client shows what it was given also to who asks for other authorities. */
  private @Nullable String forClient(String[] keyTypes, Principal @Nullable [] issuers) {
    String issuedByOthers = null;
    for (String keyType : keyTypes) {
      for (Map.Entry<String, KeyChain> chain : current.entrySet()) {
        if (chain.getValue().isOfType(keyType)) {
          if (chain.getValue().isIssuedBy(issuers)) {
            return chain.getKey();
          }
          issuedByOthers = issuedByOthers == null ? chain.getKey() : issuedByOthers;
        }
      }
    }
    return issuedByOthers;
  }

  private String @Nullable [] aliases(String keyType, Principal @Nullable [] issuers) {
    String[] found =
        matching(current, chain -> chain.isOfType(keyType) && chain.isIssuedBy(issuers)).stream()
            .map(Map.Entry::getKey)
            .toArray(String[]::new);
    return found.length == 0 ? null : found;
  }

  private @Nullable KeyChain chainOf(@Nullable String alias) {
    synchronized (byAlias) {
      return byAlias.get(alias);
    }
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
    KeyChain chain = chainOf(alias);
    return chain == null ? null : chain.key();
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
    KeyChain chain = chainOf(alias);
    return chain == null ? null : chain.certificates();
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return forServer(keyType, engine == null ? null : engine.getHandshakeSession());
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return forServer(keyType, socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return forClient(keyTypes, issuers);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return forClient(keyTypes, issuers);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType, issuers);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType, issuers);
  }
}
