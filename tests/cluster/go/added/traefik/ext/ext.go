// Package ext stands for the module that Traefik's own go.mod replaces with a directory: empty types, where vendors of
// Traefik add fields to its configuration. The module proxy serves Traefik without that directory.
package ext

type HTTP struct{}

type Router struct{}
